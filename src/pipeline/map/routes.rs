//! Routes that a change shows through: they are called end to end, as targets besides the functions behind them.

use std::collections::BTreeSet;

use super::{Mapped, Pick, Survey, in_base, is_wanted, tree};
use crate::domain::{FileFacts, Level, MappedRoute, RepoPath, Symbol, SymbolRef, Target, TargetId, TreeMap, limits};
use crate::language::EndToEnd;

/// A route with its handler, and whether the change touches that itself.
struct Reached<'t> {
    route: &'t MappedRoute,
    file: &'t FileFacts,
    handler: &'t Symbol,
    changed: bool,
}

/// Adds the routes whose handlers are targets, or reach a target that changed, and those around which the framework
/// calls what changed. What is changed itself comes first.
pub(super) fn add(survey: &Survey<'_>, tree: &TreeMap, wanted: &[String], mapped: &mut Mapped) {
    let known = survey.language.end_to_end();
    let mut found = reached(tree, &mapped.map.targets, known);
    found.retain(|one| is_wanted(one.handler, wanted) && survey.selection.refuses(&one.file.path).is_none());
    found.sort_by_key(|one| !one.changed);
    let room = limits::ROUTES.min(limits::TARGETS.saturating_sub(mapped.map.targets.len()));
    let over = found.len().saturating_sub(room);
    if over > 0 {
        found.truncate(room);
        let impact = format!("{over} routes are not called end to end");
        mapped.warn("the change shows through many routes".to_owned(), "a run is bounded", &impact);
        *mapped.dropped.entry("routes over the bound".to_owned()).or_default() +=
            u32::try_from(over).unwrap_or(u32::MAX);
    }
    for one in found {
        let target = target(survey, &one, mapped);
        mapped.map.targets.push(target);
    }
}

fn reached<'t>(tree: &'t TreeMap, targets: &[Target], known: EndToEnd) -> Vec<Reached<'t>> {
    let own: Vec<(SymbolRef, bool)> =
        targets.iter().map(|target| (reference(&target.file, &target.symbol.local_name), target.changed)).collect();
    let changed = own.iter().filter(|(_, changed)| *changed).map(|(symbol, _)| symbol);
    let callers: BTreeSet<&SymbolRef> =
        changed.flat_map(|symbol| tree::callers(tree, symbol, limits::ROUTE_DEPTH)).collect();
    let around: BTreeSet<&RepoPath> =
        targets.iter().filter(|t| t.changed && is_around(t, known)).map(|t| &t.file).collect();
    let mut found = Vec::new();
    for (declared_in, route) in tree.files.values().flat_map(|file| file.routes.iter().map(move |route| (file, route)))
    {
        if !known.frameworks.contains(&route.framework.as_str()) {
            continue;
        }
        let Some((file, handler)) = tree::handler(tree, declared_in, route) else { continue };
        let itself = reference(&file.path, &handler.local_name);
        let mine: Vec<bool> =
            own.iter().filter(|(other, _)| is_part(other, &itself)).map(|(_, changed)| *changed).collect();
        let is_reached = callers.iter().any(|caller| is_part(caller, &itself)) || around.contains(&declared_in.path);
        if !mine.is_empty() || is_reached {
            found.push(Reached { route, file, handler, changed: mine.contains(&true) });
        }
    }
    found
}

fn reference(file: &RepoPath, name: &str) -> SymbolRef {
    SymbolRef { file: file.clone(), name: name.into() }
}

/// Whether one is inside the other: a view's method in its class, a handler in the function that makes the application.
fn is_part(one: &SymbolRef, other: &SymbolRef) -> bool {
    let inside = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    one.file == other.file
        && (one.name == other.name || inside(&one.name, &other.name) || inside(&other.name, &one.name))
}

/// Whether a framework calls this around the handlers of a file, without a call in the source.
fn is_around(target: &Target, known: EndToEnd) -> bool {
    let mut names = target.symbol.decorators.iter().map(|text| text.split('(').next().unwrap_or_default());
    names.any(|name| name.rsplit_once('.').is_some_and(|(_, last)| known.around.contains(&last.trim())))
}

fn target(survey: &Survey<'_>, one: &Reached<'_>, mapped: &Mapped) -> Target {
    let pick = Pick { file: one.file.path.clone(), symbol: one.handler.clone(), changed: one.changed };
    let (base_file, in_base) = in_base(survey, &pick, &mapped.map);
    Target {
        id: TargetId::new(format!("T{:03}", mapped.map.targets.len() + 1)),
        level: Level::E2e,
        base_file,
        module: survey.module(&pick.file),
        symbol: pick.symbol,
        changed: pick.changed,
        in_base,
        route: Some(one.route.route.clone()),
        file: pick.file,
    }
}

#[cfg(test)]
mod tests {
    use crate::pipeline::fixture::Fixture;

    /// The routes that are targets, changed ones with `*` before them.
    fn routes(fixture: &Fixture) -> Vec<String> {
        let mapped = fixture.map_with_routes();
        let with_route =
            mapped.map.targets.iter().filter_map(|target| target.route.as_ref().map(|route| (target, route)));
        with_route
            .map(|(target, route)| format!("{}{} {}", if target.changed { "*" } else { "" }, route.method, route.path))
            .collect()
    }

    const SHOP: &str = "from flask import Flask\n\nfrom prices import total\n\napp = Flask(__name__)\n\n\n\
                        @app.before_request\ndef check():\n    return None\n\n\n\
                        @app.get(\"/cart/<int:cart>\")\ndef show(cart):\n    return {\"total\": total(cart)}\n\n\n\
                        @app.get(\"/about\")\ndef about():\n    return \"a shop\"\n";
    const PRICES: &str = "def _rate():\n    return 2\n\n\ndef total(cart):\n    return cart * _rate()\n";

    fn of_shop(before: &str, after: &str) -> Vec<String> {
        let (shop, prices) = (SHOP.replace(before, after), PRICES.replace(before, after));
        let base = [("shop.py", SHOP), ("prices.py", PRICES)];
        routes(&Fixture::new(&base, &[("shop.py", &shop), ("prices.py", &prices)]))
    }

    #[test]
    fn routes_that_change_places_are_targets() {
        let api = |handlers: &[&str]| format!("from fastapi import FastAPI\n\napp = FastAPI()\n{}", handlers.concat());
        let latest = "\n\n@app.get(\"/news/latest\")\ndef latest():\n    return []\n";
        let one = "\n\n@app.get(\"/news/{name}\")\ndef one(name: str):\n    return name\n";
        let about = "\n\n@app.get(\"/about\")\ndef about():\n    return 1\n";
        let (base, head) = (api(&[about, latest, one]), api(&[about, one, latest]));
        let fixture = Fixture::new(&[("api.py", base.as_str())], &[("api.py", head.as_str())]);
        assert_eq!(routes(&fixture), ["*GET /news/{name}", "*GET /news/latest"]);
    }

    #[test]
    fn the_route_of_a_changed_handler_is_a_target() {
        assert_eq!(of_shop("a shop", "a store"), ["*GET /about"]);
    }

    #[test]
    fn a_change_in_another_file_shows_through_the_route_that_calls_it() {
        assert_eq!(of_shop("return 2", "return 3"), ["GET /cart/<int:cart>"]);
    }

    #[test]
    fn what_the_framework_calls_around_handlers_shows_through_all_of_them() {
        assert_eq!(of_shop("return None", "return None or None"), ["GET /cart/<int:cart>", "GET /about"]);
    }

    #[test]
    fn a_change_that_no_route_reaches_makes_no_route_a_target() {
        let base = [("shop.py", SHOP), ("prices.py", PRICES), ("words.py", "def a():\n    return 1\n")];
        let head = [("shop.py", SHOP), ("prices.py", PRICES), ("words.py", "def a():\n    return 2\n")];
        assert_eq!(routes(&Fixture::new(&base, &head)), [] as [&str; 0]);
    }

    #[test]
    fn handlers_in_a_factory_and_methods_of_views_are_known_by_what_is_around_them() {
        let made = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n\n    @app.get(\"/a\")\n    \
                    def a():\n        return \"1\"\n\n    return app\n";
        let fixture = Fixture::of_file("web.py", made, &made.replace("\"1\"", "\"2\""));
        assert_eq!(routes(&fixture), ["*GET /a"]);
        let urls = "from django.urls import path\n\nfrom views import Cart\n\nurlpatterns = [path(\"cart/\", Cart.as_view())]\n";
        let views =
            "from django.views import View\n\n\nclass Cart(View):\n    def get(self, request):\n        return 1\n";
        let changed = views.replace("return 1", "return 2");
        let fixture =
            Fixture::new(&[("urls.py", urls), ("views.py", views)], &[("urls.py", urls), ("views.py", &changed)]);
        assert_eq!(routes(&fixture), ["*ANY /cart/"]);
    }
}

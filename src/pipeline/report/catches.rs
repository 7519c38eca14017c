//! Findings: one for each behaviour, in the words of a reader.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::Findings;
use crate::domain::{
    Catch, CatchKind, CatchMutant, CatchTest, Evidence, FindingId, GeneratedTest, Mutant, Proof, Rejection,
    RevisionKey, Runs, Target, behaviour, limits,
};

/// The catches, best first; what is proven but not shown goes to `rejected` with the reason.
pub(super) fn catches(findings: &Findings<'_>, rejected: &mut Vec<Rejection>) -> Vec<Catch> {
    let direct = proves_directly(findings);
    let (mut catches, mut seen, mut lines) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for proof in &findings.assessment.proofs {
        let Some((test, target)) = of_proof(findings, proof) else { continue };
        let finding = catch(findings, proof, test, target);
        let mut reject = |rule: &str, reason: String| {
            rejected.push(Rejection { what: "test".to_owned(), rule: rule.to_owned(), reason });
        };
        if findings.dismissed.contains(&finding.id) {
            reject("dismissed", format!("{}: finding {} was dismissed", test.name, finding.id));
        } else if !seen.insert(finding.id.clone()) {
            reject("same-finding", format!("{}: another test shows the same", test.name));
        } else if proof.kind == CatchKind::Regression && !target.changed && direct.contains(&target.file.as_str()) {
            reject("same-cause", format!("{}: the changed code itself is shown to behave differently", test.name));
        } else if proof.kind == CatchKind::Regression && shown(&catches, &finding) >= limits::REGRESSIONS_PER_SYMBOL {
            reject("same-symbol", format!("{}: {} has enough findings", test.name, finding.symbol));
        } else if proof.kind == CatchKind::Hardening && lines.len() >= limits::HARDENINGS {
            reject("enough", format!("{}: at most {} are shown", test.name, limits::HARDENINGS));
        } else if proof.kind == CatchKind::Hardening && !lines.insert((finding.file.clone(), finding.line)) {
            reject("same-line", format!("{}: another mutant of that line is shown", test.name));
        } else {
            catches.push(finding);
        }
    }
    catches
}

/// Files of which a changed symbol itself is shown to behave differently.
fn proves_directly<'f>(findings: &Findings<'f>) -> BTreeSet<&'f str> {
    let regressions = findings.assessment.proofs.iter().filter(|proof| proof.kind == CatchKind::Regression);
    let targets = regressions.filter_map(|proof| of_proof(findings, proof)).map(|(_, target)| target);
    targets.filter(|target| target.changed).map(|target| target.file.as_str()).collect()
}

fn of_proof<'f>(findings: &Findings<'f>, proof: &Proof) -> Option<(&'f GeneratedTest, &'f Target)> {
    let test = findings.tests.iter().find(|test| test.id == proof.test)?;
    let target = findings.map.targets.iter().find(|target| target.id == test.target)?;
    Some((test, target))
}

fn shown(catches: &[Catch], finding: &Catch) -> usize {
    catches.iter().filter(|c| c.kind == CatchKind::Regression && c.symbol == finding.symbol).count()
}

fn catch(findings: &Findings<'_>, proof: &Proof, test: &GeneratedTest, target: &Target) -> Catch {
    let regression = proof.kind == CatchKind::Regression;
    let mutant = (!regression).then(|| findings.mutants.iter().find(|m| Some(&m.id) == proof.kills.first())).flatten();
    let (file, line) = mutant.map_or_else(
        || (target.file.clone(), changed_line(findings, target)),
        |mutant| (mutant.file.clone(), mutant.span.line_start),
    );
    let symbol = mutant.map_or(&target.symbol.qualified_name, |mutant| &mutant.symbol).clone();
    let seen = &test.observation;
    Catch {
        id: finding_id(proof.kind, &symbol, test, mutant),
        kind: proof.kind,
        file,
        line,
        effect: mutant.map_or_else(|| effect_of_change(target, test), |mutant| effect_of_mutant(mutant, test)),
        symbol,
        confidence: proof.confidence,
        before: if regression { seen.before.clone() } else { None },
        now: if regression { seen.now.clone() } else { None },
        question: regression.then(|| "Is that intended?".to_owned()),
        reasons: reasons(proof, test),
        judge: None,
        mutant: mutant.and_then(|mutant| whole_lines(findings, mutant)),
        test: catch_test(findings, test),
        evidence: evidence(findings, proof),
    }
}

/// Why it is believed, and what people have to know before they merge its test.
fn reasons(proof: &Proof, test: &GeneratedTest) -> Vec<String> {
    let fails = test.quality.as_ref().is_some_and(|quality| !quality.passed);
    let unfit = fails.then(|| format!("the test itself fails linter or type checker: {}", test.faults.join("; ")));
    proof.reasons.iter().cloned().chain(unfit).collect()
}

/// Stable across pushes: of what the behaviour was and became, not of where it stands. Another breakage of the same
/// behaviour is another finding: dismissing one says nothing of it.
fn finding_id(kind: CatchKind, symbol: &str, test: &GeneratedTest, mutant: Option<&Mutant>) -> FindingId {
    let mut hash = Sha256::new();
    hash.update(format!("{kind:?}\0{symbol}\0"));
    match mutant {
        Some(mutant) => hash.update(format!("{}\0{}", mutant.original, mutant.mutated)),
        None => {
            let seen = &test.observation;
            let now = seen.now.as_deref().unwrap_or_default();
            hash.update(format!("{}\0{now}", seen.before.as_deref().unwrap_or(&test.name)));
        }
    }
    FindingId::new(hex::encode(&hash.finalize()[..4]))
}

/// The first changed line inside the target, else the line of its definition.
fn changed_line(findings: &Findings<'_>, target: &Target) -> u32 {
    let file = findings.change.files.iter().find(|file| file.path == target.file);
    let span = target.symbol.span;
    let lines = file.map(crate::domain::FileChange::changed_lines).unwrap_or_default();
    lines.range(span.line_start..=span.line_end).next().copied().unwrap_or(target.symbol.definition_line)
}

fn effect_of_change(target: &Target, test: &GeneratedTest) -> String {
    let name = &target.symbol.qualified_name;
    if test.observation.unplanned_exception {
        format!("Callers of `{name}` that worked before now fail.")
    } else if test.observation.endless {
        format!("Callers of `{name}` that got an answer before now wait for ever.")
    } else {
        format!("Callers of `{name}` get another outcome than before.")
    }
}

fn effect_of_mutant(mutant: &Mutant, test: &GeneratedTest) -> String {
    let then = test
        .observation
        .on_mutants
        .get(&mutant.id)
        .map(|seen| format!("{}, and ", behaviour::quoted(seen)))
        .unwrap_or_default();
    format!(
        "With {} in `{}`, {then}no test of the repository would notice.",
        lower_first(&mutant.description),
        mutant.symbol
    )
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// The mutant as whole lines of head, so that a reader (or a program) finds exactly this place.
fn whole_lines(findings: &Findings<'_>, mutant: &Mutant) -> Option<CatchMutant> {
    let file = findings.change.files.iter().find(|file| file.path == mutant.file)?;
    let head = file.after.as_deref()?;
    let start = head[..mutant.span.start_byte].rfind('\n').map_or(0, |at| at + 1);
    let end = head[mutant.span.end_byte..].find('\n').map_or(head.len(), |at| mutant.span.end_byte + at);
    let original = head.get(start..end)?.trim_end_matches('\r').to_owned();
    let mutated = [&head[start..mutant.span.start_byte], &mutant.mutated, &head[mutant.span.end_byte..end]].concat();
    Some(CatchMutant {
        id: mutant.id.clone(),
        description: mutant.description.clone(),
        rationale: mutant.rationale.clone(),
        line_start: mutant.span.line_start,
        line_end: mutant.span.line_start + super::count(original.matches('\n').count()),
        original,
        mutated: mutated.trim_end_matches('\r').to_owned(),
    })
}

fn catch_test(findings: &Findings<'_>, test: &GeneratedTest) -> CatchTest {
    CatchTest {
        framework: test.framework.clone(),
        path: test.path.clone(),
        code: test.code.clone(),
        command: test.command.clone(),
        level: test.level,
        provenance: test.provenance.clone(),
        flaky_risk: flaky_risk(findings, test),
        iterations: 1,
        retries: 0,
        quality: test.quality.clone(),
    }
}

/// The share of reruns that did not agree with the first one on their side.
fn flaky_risk(findings: &Findings<'_>, test: &GeneratedTest) -> f64 {
    let (mut other, mut all) = (0u32, 0u32);
    for revision in [RevisionKey::Base, RevisionKey::Head] {
        let Some(cell) = findings.matrix.cells.get(&(test.id.clone(), revision)) else { continue };
        let Some(first) = cell.runs.first().map(std::mem::discriminant) else { continue };
        all += super::count(cell.runs.len());
        other += super::count(cell.runs.iter().filter(|run| std::mem::discriminant(*run) != first).count());
    }
    if all == 0 { 0.0 } else { f64::from(other) / f64::from(all) }
}

fn evidence(findings: &Findings<'_>, proof: &Proof) -> Evidence {
    let runs = |revision: RevisionKey| {
        let cell = findings.matrix.cells.get(&(proof.test.clone(), revision));
        cell.map(|cell| Runs { passed: cell.passed(), failed: cell.failed() }).unwrap_or_default()
    };
    Evidence { base: runs(RevisionKey::Base), head: runs(RevisionKey::Head), mutants_killed: proof.kills.clone() }
}

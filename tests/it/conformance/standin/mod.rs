//! The stand-in is a GitHub: its answers have the shapes that GitHub describes, and it refuses what GitHub refuses.

mod client;
mod described;
mod events;
mod faults;
mod git;
mod rules;
mod shapes;

use jittest::standin::{PullSpec, Repository, StandIn, StandInConfig};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const BEFORE: &str = "def total(prices):\n    return sum(prices)\n";
const AFTER: &str = "def total(prices):\n    return prices[0]\n";

/// A stand-in with one repository and one pull request, and somebody who calls it as the App.
struct World {
    github: StandIn,
    shop: Repository,
    pull: u64,
    head: String,
}

struct Answer {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl World {
    async fn new() -> Self {
        let github = StandIn::start(StandInConfig::default()).await.unwrap();
        let shop = github.create_repository("octo", "shop").unwrap();
        let files = [("cart.py", Some(BEFORE)), ("docs/a b.md", Some("hello\n"))];
        shop.commit("main", None, &files, "First").unwrap();
        let head = shop.commit("change", Some("main"), &[("cart.py", Some(AFTER))], "Take the first price").unwrap();
        let spec = PullSpec { body: Some("Faster.".to_owned()), ..PullSpec::new("Faster totals", "change") };
        let pull = shop.open_pull_request(spec).unwrap();
        Self { github, shop, pull, head }
    }

    fn jwt(&self, issuer: &Value, issued: i64, ends: i64) -> String {
        let now = jiff::Timestamp::now().as_second();
        let claims = json!({"iat": now + issued, "exp": now + ends, "iss": issuer});
        let key = jsonwebtoken::EncodingKey::from_rsa_pem(self.github.private_key_pem().as_bytes()).unwrap();
        jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256), &claims, &key).unwrap()
    }

    async fn token(&self) -> String {
        let jwt = self.jwt(&json!(StandInConfig::default().app_id), -30, 500);
        let path = format!("/app/installations/{}/access_tokens", self.github.installation());
        let answer = self.ask(Method::POST, &path, Some(&jwt), None).await.unwrap();
        assert_eq!(answer.status, 201);
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// One request, answered or not.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        secret: Option<&str>,
        body: Option<&Value>,
    ) -> reqwest::Result<Answer> {
        let client = reqwest::Client::builder().no_proxy().user_agent("a-test").build().unwrap();
        let mut request = client.request(method, format!("{}{path}", self.github.api_url()));
        if let Some(secret) = secret {
            request = request.header("authorization", format!("Bearer {secret}"));
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer { status, headers, bytes: response.bytes().await?.to_vec() })
    }

    /// One request with a new token, which is answered.
    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let token = self.token().await;
        let body = if body.is_null() { None } else { Some(&body) };
        self.ask(method.parse().unwrap(), path, Some(&token), body).await.unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, Value::Null).await
    }

    /// A check run on the pull request's head; gives its id.
    async fn check_run(&self, more: Value) -> u64 {
        let mut body = json!({"name": "jittest", "head_sha": self.head});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.call("POST", "/repos/octo/shop/check-runs", body).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()["id"].as_u64().unwrap()
    }

    fn assert_strict(&self) {
        assert_eq!(self.github.violations(), Vec::<String>::new());
    }
}

//! Whether a webhook comes from GitHub.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::forge::{Unauthentic, WebhookHeaders};

/// Whether one of `secrets` signed `body`, as
/// <https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries> says. The comparison takes the same
/// time whatever the signature is. An empty secret signs nothing: anybody could.
pub(super) fn authenticate(secrets: &[SecretString], body: &[u8], headers: &WebhookHeaders) -> Result<(), Unauthentic> {
    let signature = headers.signature.as_deref().and_then(|text| text.strip_prefix("sha256=")).ok_or(Unauthentic)?;
    let signature = hex::decode(signature).map_err(|_| Unauthentic)?;
    let mut signed = false;
    for secret in secrets.iter().filter(|secret| !secret.expose_secret().is_empty()) {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).map_err(|_| Unauthentic)?;
        mac.update(body);
        signed |= mac.verify_slice(&signature).is_ok();
    }
    if signed { Ok(()) } else { Err(Unauthentic) }
}

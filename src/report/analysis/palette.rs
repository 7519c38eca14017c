//! Colours that tell neighbours apart.

/// The colour of a batch as `#rrggbb`: hues a golden angle apart, in two lightnesses.
pub(super) fn colour(batch: usize) -> String {
    let hue = (batch as f64 * 137.508) % 360.0;
    let lightness = if batch.is_multiple_of(2) { 0.36 } else { 0.46 };
    hex(hue, 0.62, lightness)
}

/// The same colour, light enough to write on.
pub(super) fn pale(batch: usize) -> String {
    hex((batch as f64 * 137.508) % 360.0, 0.55, 0.93)
}

/// HSL as RGB (CSS Color Module Level 3, section 4.2.4).
fn hex(hue: f64, saturation: f64, lightness: f64) -> String {
    let part = |n: f64| {
        let k = (n + hue / 30.0) % 12.0;
        let reach = saturation * lightness.min(1.0 - lightness);
        let value = lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", part(0.0), part(8.0), part(4.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_what_css_says() {
        assert_eq!(hex(0.0, 1.0, 0.5), "#ff0000");
        assert_eq!(hex(120.0, 1.0, 0.25), "#008000");
        assert_eq!(hex(240.0, 0.5, 0.5), "#4040bf");
    }

    #[test]
    fn the_first_forty_batches_have_forty_colours() {
        let colours: std::collections::BTreeSet<String> = (1..=40).map(colour).collect();
        assert_eq!(colours.len(), 40);
    }
}

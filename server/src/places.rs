//! Locates an IP address in a geolocation database (MaxMind DB format) that the operator can provide.
//!
//! The file is read once on start. Without one, no address has a location. No finer than a city.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{Reader, geoip2};

/// The geolocation database, if there is one.
#[derive(Debug, Default)]
pub struct Places(Option<Reader<Vec<u8>>>);

impl Places {
    /// Reads the file; none: no address has a location. An error is one line for the operator.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Self(None)) };
        let reader = Reader::open_readfile(path).map_err(|error| format!("{}: {error}", path.display()))?;
        // Verify the structure now, so that a sign-in does not find it broken.
        reader.verify().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(Some(reader)))
    }

    /// For example `Berlin, Germany`, in English. None for unknown addresses.
    pub fn of(&self, ip: IpAddr) -> Option<String> {
        let found = self.0.as_ref()?.lookup(ip.to_canonical()).ok()?;
        let place: geoip2::City<'_> = found.decode().ok()??;
        let country = place.country.names.english.or(place.country.iso_code);
        match (place.city.names.english, country) {
            (Some(city), Some(country)) => Some(format!("{city}, {country}")),
            (city, country) => city.or(country).map(str::to_owned),
        }
    }
}

//! Where the files are that visitors and staff send.

use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::SecretUrl;

/// Where the files are that visitors and staff send.
#[derive(Clone, Args)]
pub struct FilesConfig {
    /// `file:///srv/files` for a folder that all nodes share, or `s3://bucket?endpoint=https://…&region=…` for a bucket with
    /// the API of S3.  [default: files in the data directory; with several nodes there is none]
    #[arg(id = "files_url", long = "files-url", env = "TEKVWARHO_FILES_URL", hide_env_values = true, global = true)]
    pub url: Option<SecretUrl>,
    /// The name of the key that opens the bucket.
    #[arg(long, env = "AWS_ACCESS_KEY_ID", hide_env_values = true, global = true)]
    pub aws_access_key_id: Option<String>,
    /// The key itself.
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY", hide_env_values = true, global = true)]
    pub aws_secret_access_key: Option<String>,
}

/// What the address says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesPlace {
    Folder(PathBuf),
    Bucket {
        name: String,
        /// Before the name of each object; empty: nothing.
        prefix: String,
        /// None: that of AWS.
        endpoint: Option<Url>,
        region: String,
    },
}

impl FilesConfig {
    /// The given place; none if none is given.
    ///
    /// # Errors
    /// Says what is wrong, without the address: it could hold a key.
    pub fn place(&self) -> Result<Option<FilesPlace>, String> {
        let Some(given) = &self.url else { return Ok(None) };
        let url = Url::parse(given.as_str()).map_err(|error| error.to_string())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it must hold no keys; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned());
        }
        match url.scheme() {
            "file" => {
                let folder = url.to_file_path().map_err(|()| "a folder looks like file:///srv/files".to_owned())?;
                Ok(Some(FilesPlace::Folder(folder)))
            }
            "s3" => self.bucket(&url).map(Some),
            _ => Err("it must start with file:// or s3://".to_owned()),
        }
    }

    fn bucket(&self, url: &Url) -> Result<FilesPlace, String> {
        if self.aws_access_key_id.is_none() || self.aws_secret_access_key.is_none() {
            return Err("a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned());
        }
        let name = url.host_str().filter(|name| !name.is_empty()).ok_or("it names no bucket")?.to_owned();
        let (mut endpoint, mut region) = (None, "us-east-1".to_owned());
        for (key, value) in url.query_pairs() {
            match &*key {
                "endpoint" => {
                    let address = Url::parse(&value).map_err(|error| format!("endpoint: {error}"))?;
                    if !matches!(address.scheme(), "http" | "https") || !address.has_host() {
                        return Err("endpoint must be an address such as https://s3.example.com".to_owned());
                    }
                    endpoint = Some(address);
                }
                "region" => region = value.into_owned(),
                _ => return Err("it can only hold endpoint and region".to_owned()),
            }
        }
        Ok(FilesPlace::Bucket { name, prefix: url.path().trim_matches('/').to_owned(), endpoint, region })
    }
}

impl std::fmt::Debug for FilesConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It holds a key.
        f.debug_struct("FilesConfig").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str, keys: bool) -> Result<Option<FilesPlace>, String> {
        let key = || keys.then(|| "key".to_owned());
        let url = Some(url.parse().expect("a text"));
        FilesConfig { url, aws_access_key_id: key(), aws_secret_access_key: key() }.place()
    }

    #[test]
    fn an_address_names_a_folder_or_a_bucket() {
        assert_eq!(place("file:///srv/files", false), Ok(Some(FilesPlace::Folder("/srv/files".into()))));
        let bucket = |prefix: &str, endpoint: Option<&str>, region: &str| {
            Ok(Some(FilesPlace::Bucket {
                name: "desk".to_owned(),
                prefix: prefix.to_owned(),
                endpoint: endpoint.map(|it| it.parse().expect("an address")),
                region: region.to_owned(),
            }))
        };
        assert_eq!(place("s3://desk", true), bucket("", None, "us-east-1"));
        assert_eq!(
            place("s3://desk/a/b/?endpoint=http://localhost:9000&region=eu-central-1", true),
            bucket("a/b", Some("http://localhost:9000"), "eu-central-1")
        );
        assert_eq!(FilesConfig { url: None, aws_access_key_id: None, aws_secret_access_key: None }.place(), Ok(None));
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_it() {
        for (url, keys, said) in [
            ("s3://desk", false, "AWS_SECRET_ACCESS_KEY"),
            ("s3://AKIA:geheim@desk", true, "must hold no keys"),
            ("s3:///x", true, "names no bucket"),
            ("s3://desk?endpoint=nowhere", true, "endpoint"),
            ("s3://desk?endpoint=ftp://x", true, "https://s3.example.com"),
            ("s3://desk?key=geheim", true, "only hold endpoint and region"),
            ("/srv/files", true, "relative URL"),
            ("https://x/geheim", true, "file:// or s3://"),
            ("", true, "relative URL"),
        ] {
            let error = place(url, keys).expect_err(url);
            assert!(error.contains(said) && !error.contains("geheim"), "{url}: {error}");
        }
    }
}

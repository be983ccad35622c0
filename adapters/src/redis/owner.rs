//! Whose keys are under the prefix. The first installation takes it; the others are strangers, which
//! would take its messages and settle them.

use super::fault::RedisFault;
use super::link::RedisLink;

impl RedisLink {
    /// Takes the prefix for `installation`, unless it is taken. Returns the installation that has
    /// it. Writes only what is missing, so that it is safe at any time, in any number of programs.
    ///
    /// # Errors
    ///
    /// The fault if Redis does not answer in time, or admits no writes when the key is missing.
    pub async fn take_prefix(&self, installation: &str) -> Result<String, RedisFault> {
        let key = format!("{}:installation", self.prefix());
        let mut connection = self.shared();
        let get = redis::cmd("GET").arg(&key).to_owned();
        let known = get.query_async(&mut connection);
        if let Some(owner) = self.within(known).await? {
            return Ok(owner);
        }
        let set = redis::cmd("SET").arg((&key, installation, "NX")).to_owned();
        let taken = set.query_async::<()>(&mut connection);
        self.within(taken).await?;
        // Another installation may have been quicker.
        let owner: Option<String> = self.within(get.query_async(&mut connection)).await?;
        Ok(owner.unwrap_or_else(|| installation.to_owned()))
    }
}

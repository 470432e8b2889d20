//! What people are told of messages.

use crate::platform::notices::{Default, Kind};
use crate::platform::permission::Permission;

/// Somebody wrote through the contact form.
pub static MESSAGE_CREATED: Kind =
    Kind { name: "message_created", needs: &[Permission::Messages], app: Default::On, mail: Default::Off };

/// A client answered: for the assignee, or for everybody while there is none.
pub static CLIENT_REPLIED: Kind =
    Kind { name: "client_replied", needs: &[Permission::Messages], app: Default::On, mail: Default::On };

/// A colleague gave me a message, or all open ones of another colleague: then `detail` says how many.
pub static MESSAGE_ASSIGNED: Kind =
    Kind { name: "message_assigned", needs: &[Permission::Messages], app: Default::On, mail: Default::Off };

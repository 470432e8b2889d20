//! What people are told of messages.

use crate::platform::notices::{Default, Kind};
use crate::platform::permission::Permission;

/// Somebody wrote through the contact form.
pub static MESSAGE_CREATED: Kind =
    Kind { name: "message_created", needs: &[Permission::Messages], app: Default::On, mail: Default::Off };

/// A client answered: for the assignee, or for everybody while there is none.
pub static CLIENT_REPLIED: Kind =
    Kind { name: "client_replied", needs: &[Permission::Messages], app: Default::On, mail: Default::On };

/// A message came back: it was snoozed, or somebody wanted to follow it up. For the assignee, or for whoever set the day.
pub static MESSAGE_RETURNED: Kind =
    Kind { name: "message_returned", needs: &[Permission::Messages], app: Default::On, mail: Default::Off };

/// A colleague gave me a message, or several at once: then `detail` says how many.
pub static MESSAGE_ASSIGNED: Kind =
    Kind { name: "message_assigned", needs: &[Permission::Messages], app: Default::On, mail: Default::Away };

/// A colleague named me in a note.
pub static MESSAGE_MENTIONED: Kind =
    Kind { name: "message_mentioned", needs: &[Permission::Messages], app: Default::On, mail: Default::Away };

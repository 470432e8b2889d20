//! The building blocks of sample messages and chats.

pub const FIRST_NAMES: &[&str] = &[
    "Anna", "Boris", "Carla", "David", "Elif", "Farid", "Greta", "Hassan", "Ines", "Jonas", "Katja", "Leo", "Mira",
    "Nils", "Olga", "Paul", "Quentin", "Rosa", "Samir", "Tessa", "Ulrich", "Vera", "Wanda", "Yusuf", "Zoe",
];
pub const LAST_NAMES: &[&str] = &[
    "Albrecht", "Berger", "Costa", "Dietrich", "Engel", "Fischer", "Graf", "Hansen", "Ivanov", "Jansen", "Keller",
    "Lindner", "Moreau", "Novak", "Otto", "Petersen", "Quast", "Richter", "Schulte", "Thomsen", "Ullmann", "Vogt",
    "Weber", "Yilmaz", "Ziegler",
];
pub const COMPANIES: &[&str] = &[
    "Logistics",
    "Bakery",
    "Clinic",
    "Architects",
    "Machine works",
    "Law office",
    "Garden centre",
    "Printers",
    "Hotel",
    "School",
    "Pharmacy",
    "Carpentry",
];
pub const CITIES: &[&str] = &["Hamburg", "Lübeck", "Bremen", "Kiel", "Rostock", "Hannover", "Flensburg", "Lüneburg"];
pub const OPENINGS: &[&str] = &[
    "Hello,",
    "Good morning,",
    "Dear team,",
    "Hi,",
    "Hello from a neighbour,",
    "Good afternoon,",
    "Hello, a colleague told us about you.",
];
pub const TOPICS: &[&str] = &[
    "Our stock list is a spreadsheet that three people open at once, and every Friday someone loses an hour of work.",
    "The web shop takes eight seconds to load on a phone, and customers tell us so.",
    "We have two programs that do not talk to each other, so orders are typed twice.",
    "Our website was built in 2014 and nobody can change the opening hours any more.",
    "The person who built our planning tool retires in autumn, and we do not know how it works.",
    "We want to see on Monday morning which jobs made money last week, without asking four people.",
    "Our backup has never been tested, and our insurer is asking for proof.",
    "We are moving to a new office and need someone to look at the network, phones and servers with a clear head.",
    "The booking form on our page sends emails that land in spam.",
    "Sales figures come from three systems and never agree.",
    "We would like customers to see the status of their repair online instead of calling us.",
    "Half of our invoices are still written by hand from delivery notes.",
];
pub const PLEAS: &[&str] = &[
    "Could you tell us what a first step would cost and how soon you could start?",
    "Is that something you do, and have you done it for a firm of our size?",
    "We would like to talk for half an hour next week. Tuesday or Thursday would suit us.",
    "We have a budget for this year and would like to know what is realistic.",
    "Please call us after two o'clock, or reply by email.",
    "What would you need from us to make an offer?",
];
pub const REPLIES: &[&str] = &[
    "Thank you for writing. Yes, that is the kind of work we do. Can we call you on Thursday at ten for half an hour?",
    "Thanks for the details. A first look takes us two days; after that you have a plan with prices, whoever builds it.",
    "We had a look at your page. Two changes would help at once, and both fit into a week. Shall I send you an offer?",
    "That sounds familiar. Could you send us one of the spreadsheets, with the names taken out?",
    "We could start in three weeks. Before that we would like to spend half a day with the people who do the work now.",
];
pub const NOTES: &[&str] = &[
    "Called, no answer. Trying again tomorrow.",
    "Knows Chiara from the trade fair.",
    "Budget is about 15,000, decision by the end of the month.",
    "Wants everything on their own servers.",
];
pub const TAGS: &[&str] = &["urgent", "offer sent", "referral", "call back", "existing client", "not a fit"];
pub const CANNED: &[(&str, &str, &str)] = &[
    (
        "thanks",
        "Thanks, we’ll look into it",
        "Hello {{client.firstName}},\n\nThank you for writing to {{firm.name}}. I will look into it and reply by tomorrow.",
    ),
    (
        "call",
        "Offer a call",
        "Hello {{client.firstName}},\n\nLet us talk for half an hour. Which day suits you best this week?",
    ),
    (
        "price",
        "What it costs to start",
        "Hello {{client.firstName}},\n\nOur page on {{message.service}} says what it costs to start. With two or three more details I can tell you more.",
    ),
];
pub const ASKED: &[&str] = &[
    "Hi, do you also take over websites that somebody else built?",
    "Hello! Do you have a rough idea of what a small web shop costs?",
    "Quick question: do you come to us in Lübeck, or is all of it remote?",
    "Good morning, our email has been down since seven. Can you help today?",
    "Is there a day next week on which somebody could look at our network?",
    "Do you work with firms of five people as well?",
    "I am on your page about backups. Does that include Microsoft 365?",
    "Hello, I wrote last week and have a question about your offer.",
];
pub const SAID: &[&str] = &[
    "Hello! Yes, we do that often. What is it built with, as far as you know?",
    "Good to hear from you. Let me ask two questions, then I can tell you more: how many people use it, and since when?",
    "Hi! I am looking into it right now. Give me two minutes, please.",
    "Yes, we come to you. The first visit takes about two hours.",
    "Hello! Small firms are most of our clients, so you are in the right place.",
];
pub const ASKED_ON: &[&str] = &[
    "Six people, and it is about ten years old.",
    "WordPress, I think. The person who built it has left.",
    "That would be great. Thursday in the morning?",
    "And what would that cost, roughly?",
    "We have a copy on a disk in the office, but nobody has ever tried it.",
];
pub const SAID_ON: &[&str] = &[
    "A first look is half a day, and its price is on the page that you are reading. After it you have a plan.",
    "Thursday at ten works for us. Shall I write it down for you?",
    "That is quite usual. We would first make a copy that we can try things on.",
    "I have asked a colleague: yes, we can start on Monday.",
];
pub const THANKS: &[&str] = &[
    "Perfect, thank you!",
    "Great, that helps. I will talk to my partner and write again.",
    "Thanks a lot, have a nice day.",
    "Good. Please send me that by email.",
];

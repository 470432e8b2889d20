/** Text of the dashboard itself; each card has its own. */
export const own = {
  title: 'Dashboard',
  disk: {
    title: (megabytes: number) => `Only ${megabytes.toLocaleString('en-GB')} MB of disk space left`,
    text: 'Without space, nothing can be saved: no messages, no replies. Free some space on the server, or enlarge its disk.',
  },
  /** No "good night": people who see it are at work. */
  greeting: (hour: number, name: string) =>
    `${hour < 5 || hour >= 22 ? 'Hello' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'}, ${name}`,
};

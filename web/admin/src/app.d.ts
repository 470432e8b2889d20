declare global {
  namespace App {
    interface PageState {
      /** Set when the message was opened from the list, so that "back" can be history.back(). */
      fromList?: boolean;
    }
  }
}

export {};

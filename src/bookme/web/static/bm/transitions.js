// Before anything is drawn: whoever goes on while a page is still fading in has skipped that, which is no fault to report.

addEventListener("unhandledrejection", (event) => {
  if (event.reason?.message === "Transition was skipped") event.preventDefault();
});

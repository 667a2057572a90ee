/** Markdown as elements of our own: no HTML of the file, no link that leads anywhere, no picture from anywhere. */

import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const COMPONENTS: Components = {
  // A wide one scrolls, and has to by the keyboard, too.
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  a: ({ children, href }) => (
    <span className="markdown-link" title={href}>
      {children}
    </span>
  ),
  img: ({ alt, src }) => (
    <span className="markdown-link" title={typeof src === "string" ? src : undefined}>
      {alt || "picture"}
    </span>
  ),
};

export default function MarkdownText({ text }: { text: string }) {
  return (
    <div className="markdown">
      <Markdown remarkPlugins={[remarkGfm]} components={COMPONENTS} skipHtml>
        {text}
      </Markdown>
    </div>
  );
}

/** A piece of text or code with a button that copies it. */

import { CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import { copying as texts } from "@/texts/parts";
import { IconButton } from "./IconButton";

export function CopyButton({ text, label = texts.copy }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => void copied(text).then(setCopied);
  return (
    <IconButton
      icon={isCopied ? <CheckmarkRegular /> : <CopyRegular />}
      label={isCopied ? texts.copied : label}
      onClick={copy}
    />
  );
}

/** Whether it worked. Browsers give the clipboard to pages of this machine and of https only; others have the old way. */
async function copied(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  return isDone;
}

export function CopyText({ text }: { text: string }) {
  return (
    <div className="copy-text">
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} />
    </div>
  );
}

/** The mark of the house: a gavel above its block. The site's name stands beside it. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false" className="logo">
      <rect width="32" height="32" rx="9" />
      <g transform="rotate(-42 16 15)">
        <rect x="8.5" y="5" width="15" height="9" rx="2.5" />
        <rect x="14.2" y="14" width="3.6" height="14" rx="1.8" />
      </g>
      <rect x="6" y="25.2" width="13" height="3.4" rx="1.7" />
    </svg>
  );
}

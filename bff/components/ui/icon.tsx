/** The shapes of the icons, on a square of 24 units. Drawn for Gavel. */
const shapes = {
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21.5h4',
  bolt: 'M13 3 5 13.5h6L10.5 21 19 10.5h-6.5z',
  check: 'M5 12.5 10 17.5 19.5 7',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3.2 2',
  close: 'M6 6l12 12M18 6 6 18',
  filter: 'M4 6.5h16M7 12h10M10.5 17.5h3',
  flame:
    'M12 3c.8 3.6 5.5 5.6 5.5 10.6A5.5 5.5 0 0 1 12 20.5a5.5 5.5 0 0 1-5.5-5.6c0-2 1-3.4 2.2-4.6.4 1.4 1 2 1.8 2.3C10.2 9 10.4 5.6 12 3Z',
  half: 'M12 3.500a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 3.500v17M12 8h6.500M12 12h8M12 16h6.5',
  heart: 'M12 20S4 15.2 4 9.300A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.300C20 15.2 12 20 12 20Z',
  moon: 'M19.5 14.500A8 8 0 0 1 9.5 4.500a8 8 0 1 0 10 10Z',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM16.2 16.2 20.5 20.5',
  shield: 'M12 3.5 19 6v6c0 4.3-3 7.3-7 8.5-4-1.2-7-4.2-7-8.500V6z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M5.3 18.700l1.4-1.400M17.3 6.700l1.4-1.4',
  tag: 'M4 4.500h7.500l8 8-7 7-8-8V4.500ZM8.5 8.500h.01',
  trophy:
    'M8 4h8v6a4 4 0 0 1-8 0zM8 6H4.500c0 3 1.5 4.5 3.7 4.700M16 6h3.500c0 3-1.5 4.5-3.7 4.700M12 14v4M8.5 20h7',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20c.8-3.8 3.7-5.5 7.5-5.500s6.7 1.7 7.5 5.5',
} as const;

export type IconName = keyof typeof shapes;

/** A drawing beside a text that says the same; screen readers skip it. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        d={shapes[name]}
        fill={filled ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

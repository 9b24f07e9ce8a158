import type { Page } from './build-dashboard.ts';
import { auctions } from './dashboards/auctions.ts';
import { bidJourney } from './dashboards/bid-journey.ts';
import { engines } from './dashboards/engines.ts';
import { events } from './dashboards/events.ts';
import { kubernetes } from './dashboards/kubernetes.ts';
import { web } from './dashboards/web.ts';

/** Every dashboard. */
export const pages: readonly Page[] = [bidJourney, events, auctions, web, engines, kubernetes];

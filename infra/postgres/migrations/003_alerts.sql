-- Up Migration
-- Alerts. A price alert fires at the first trade at or through its price in a batch after armed_seq;
-- an order alert when an order of the account is filled whole after armed_seq. Each fires once.

CREATE TABLE alert (
  alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('PriceAbove', 'PriceBelow', 'OrderFilled')),
  shard smallint NOT NULL,
  instrument_id integer REFERENCES instrument,
  -- Ticks.
  price bigint,
  -- Null in an OrderFilled alert: any order of the account, until one has fired it.
  order_id bigint,
  status text NOT NULL DEFAULT 'Armed' CHECK (status IN ('Armed', 'Fired')),
  armed_seq bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  fired_at_ms bigint,
  fired_seq bigint,
  -- Ticks of fired_instrument_id.
  fired_price bigint,
  fired_instrument_id integer REFERENCES instrument,
  fired_order_id bigint,
  -- Outbox: null while Fired means that the push is still owed.
  delivered_at timestamptz,
  CHECK ((kind = 'OrderFilled') = (price IS NULL)),
  CHECK ((kind = 'OrderFilled') = (instrument_id IS NULL)),
  CHECK ((status = 'Fired') = (fired_seq IS NOT NULL))
);
-- What a bulk of trades asks for: armed alerts of an instrument up to (above) or down to (below) a price.
CREATE INDEX alert_above ON alert (instrument_id, price) WHERE status = 'Armed' AND kind = 'PriceAbove';
CREATE INDEX alert_below ON alert (instrument_id, price) WHERE status = 'Armed' AND kind = 'PriceBelow';
CREATE INDEX alert_order ON alert (account_id, order_id) WHERE status = 'Armed' AND kind = 'OrderFilled';
CREATE INDEX alert_owed ON alert (shard, fired_seq) WHERE status = 'Fired' AND delivered_at IS NULL;
CREATE INDEX alert_account ON alert (account_id, alert_id);

-- Down Migration
DROP TABLE alert;

// pg-pool ships no types; it is the class that @types/pg describes as pg.Pool.
declare module 'pg-pool' {
  import { Pool } from 'pg'
  export default Pool
}

/** The two parts of `127.0.0.1:8000`, `[::1]:8000` and `db.example:5432`; undefined for what is none of these. */
export function splitPlace(place: string): { host: string; port: number } | undefined {
  const { host, plain, port } =
    /^(?:\[(?<host>.+)\]|(?<plain>.*)):(?<port>\d{1,5})$/.exec(place)?.groups ?? {}
  const name = host ?? plain
  return name === undefined ? undefined : { host: name, port: Number(port) }
}

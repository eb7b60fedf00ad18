import { Buffer } from 'node:buffer'
import { LogError } from '../../errors.js'
import { alignment, fileHeaderSize, fileMagic, longestFileHeader, version } from './layout.js'

/** What a file begins with. */
export interface FileHeader {
  /** Bytes of the header: the first block begins there. */
  readonly length: number
  /** When the file was begun, in milliseconds since 1970. */
  readonly created: number
  /** 16 random bytes, the same in all files of a rotation. */
  readonly id: Uint8Array
  /** The number of its first row. */
  readonly firstRow: number
  /** The highest number of a connection in the files before it. */
  readonly connections: number
}

/** A header of this version. */
export function encodeFileHeader(fields: Omit<FileHeader, 'length'>): Buffer {
  const { created, id, firstRow, connections } = fields
  const header = Buffer.alloc(fileHeaderSize)
  header.write(fileMagic, 'latin1')
  header.writeUInt16LE(version, 8)
  header.writeUInt16LE(fileHeaderSize, 10)
  header.writeDoubleLE(created, 12)
  header.set(id, 20)
  header.writeBigUInt64LE(BigInt(firstRow), 36)
  header.writeUInt32LE(connections, 44)
  return header
}

/**
 * @param bytes the first bytes of a file, at least 64 if it has as many
 * @throws LogError `HAWSER_LOG_INVALID` for what is no log, and for one of a later version
 */
export function decodeFileHeader(bytes: Buffer, file: string): FileHeader {
  const isLog = bytes.length >= fileHeaderSize && bytes.toString('latin1', 0, 8) === fileMagic
  if (!isLog) {
    const found = `${file} is not a session log: it does not begin with ${fileMagic}`
    throw new LogError('HAWSER_LOG_INVALID', found, {
      op: 'read',
      remedy: 'check the name of the file',
    })
  }
  const written = bytes.readUInt16LE(8)
  if (written !== version) {
    const found = `${file} is a session log of version ${written}, and this is version ${version}`
    throw new LogError('HAWSER_LOG_INVALID', found, {
      op: 'read',
      remedy: 'read it with a version of Hawser that knows it',
    })
  }
  const length = bytes.readUInt16LE(10)
  const created = bytes.readDoubleLE(12)
  const firstRow = Number(bytes.readBigUInt64LE(36))
  const isPossible =
    length >= fileHeaderSize &&
    length <= longestFileHeader &&
    length % alignment === 0 &&
    Number.isFinite(created) &&
    Number.isSafeInteger(firstRow)
  if (!isPossible) {
    throw new LogError('HAWSER_LOG_INVALID', `the header of ${file} is damaged`, {
      op: 'read',
      remedy: 'its first 64 bytes were changed since they were written',
    })
  }
  const connections = bytes.readUInt32LE(44)
  return { length, created, id: bytes.subarray(20, 36), firstRow, connections }
}

import { parseAllDocuments } from 'yaml'
import { readDocument } from '../../../../test/support/markdown.js'

/** A check of a container by HTTP. */
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number }
}

/** What the guide's Deployment has, as far as it depends on the command. */
export interface Deployment {
  readonly kind: string
  readonly spec: {
    readonly strategy: { readonly rollingUpdate: { readonly maxUnavailable: number } }
    readonly selector: { readonly matchLabels: Labels }
    readonly template: {
      readonly metadata: { readonly labels: Labels }
      readonly spec: {
        readonly terminationGracePeriodSeconds: number
        readonly containers: readonly [Container]
      }
    }
  }
}

/** What pods are found by. */
type Labels = Readonly<Record<string, string>>

/** The one container of a pod. */
interface Container {
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly ports: readonly { readonly containerPort: number }[]
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
  readonly lifecycle: {
    readonly preStop: { readonly exec: { readonly command: readonly string[] } }
  }
}

/** What leads to the pods. */
interface Service {
  readonly kind: string
  readonly spec: {
    readonly selector: Labels
    readonly ports: readonly { readonly port: number; readonly targetPort?: number }[]
  }
}

/**
 * The Kubernetes manifests of docs/many-machines.md.
 *
 * @throws Error where they are no YAML, also where a key is written twice
 */
export function readManifests(): {
  readonly deployment: Deployment
  readonly service: Service
  /** The words behind `hawser`. */
  readonly words: readonly string[]
} {
  const { blocks } = readDocument('docs/many-machines.md')
  const text = blocks.find(({ language }) => language === 'yaml')?.text ?? ''
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents)) throw new Error('the guide has no manifests')
  const [deployment, service] = documents.map((document) => {
    const [problem] = [...document.errors, ...document.warnings]
    if (problem !== undefined) throw problem
    return document.toJS() as unknown
  }) as [Deployment, Service]
  const [{ command, args }] = deployment.spec.template.spec.containers
  const [program, ...words] = [...command, ...args]
  if (program !== 'hawser') throw new Error(`the container runs ${program}`)
  return { deployment, service, words }
}

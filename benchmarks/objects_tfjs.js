// Times a TensorFlow.js graph on one of its backends.
// node objects_tfjs.js MODEL.json SHARD.bin cpu|wasm COUNT
const fs = require("node:fs");
const tf = require("@tensorflow/tfjs-core");
const { loadGraphModel } = require("@tensorflow/tfjs-converter");

async function main([model, shard, backend, count]) {
  const own = require(`@tensorflow/tfjs-backend-${backend}`);
  if (backend === "wasm") own.setThreadsCount(require("node:os").cpus().length);
  await tf.setBackend(backend);
  await tf.ready();
  const whole = JSON.parse(fs.readFileSync(model));
  const weights = fs.readFileSync(shard);
  const artifacts = {
    format: whole.format,
    modelTopology: whole.modelTopology,
    signature: whole.signature,
    weightSpecs: whole.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length),
  };
  const graph = await loadGraphModel({ load: async () => artifacts });
  const shape = graph.inputs[0].shape.map((side) => (side > 0 ? side : 1));
  const x = tf.randomUniform(shape, 0, 255);
  const run = async () => {
    const found = graph.execute(x);
    for (const one of Array.isArray(found) ? found : [found]) await one.data();
  };
  await run();
  const start = process.hrtime.bigint();
  for (let number = 0; number < Number(count); number++) await run();
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6 / Number(count);
  console.log(JSON.stringify({ milliseconds }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});

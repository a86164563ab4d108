// Runs a TensorFlow.js graph on its own CPU backend.
// node run_tfjs.js MODEL.json SHARD.bin INPUT.json OUTPUT.json
// INPUT: {"shape": [...], "values": [...]}; OUTPUT: {name: {"shape": [...], "values": [...]}}.
const fs = require("node:fs");
const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");
const { loadGraphModel } = require("@tensorflow/tfjs-converter");

async function main([model, shard, input, output]) {
  await tf.setBackend("cpu");
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
  const { shape, values } = JSON.parse(fs.readFileSync(input));
  const names = whole.signature ? Object.keys(whole.signature.outputs) : graph.outputNodes;
  const nodes = whole.signature
    ? names.map((name) => whole.signature.outputs[name].name || name)
    : names;
  const found = graph.execute(tf.tensor(values, shape), nodes);
  const results = {};
  (Array.isArray(found) ? found : [found]).forEach((one, place) => {
    results[names[place]] = { shape: one.shape, values: Array.from(one.dataSync()) };
  });
  fs.writeFileSync(output, JSON.stringify(results));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});

// Runs face-api's own description of faces on TensorFlow.js's CPU backend.
// node run_face_api.js FOLDER INPUT.json OUTPUT.json
// FOLDER has the manifest and the weights; INPUT: {"shape": [n, 150, 150, 3], "values": [0 ... 255]}.
const fs = require("node:fs");
const Module = require("node:module");

// The package asks for all of TensorFlow.js; its core and the CPU backend do.
const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === "@tensorflow/tfjs-backend-wasm") return {};
  return load(name === "@tensorflow/tfjs" ? "@tensorflow/tfjs-core" : name, ...rest);
};
const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");
// What is a function of a tensor is also a method of it, as in the whole package.
for (const [name, one] of Object.entries(tf)) {
  if (typeof one === "function" && !(name in tf.Tensor.prototype)) {
    tf.Tensor.prototype[name] = function (...rest) {
      return one(this, ...rest);
    };
  }
}
const faceapi = require("@vladmandic/face-api/dist/face-api.node-wasm.js");

async function main([folder, input, output]) {
  await tf.setBackend("cpu");
  await faceapi.nets.faceRecognitionNet.loadFromDisk(folder);
  const { shape, values } = JSON.parse(fs.readFileSync(input));
  const batch = { toBatchTensor: () => tf.tensor(values, shape) };
  const found = faceapi.nets.faceRecognitionNet.forwardInput(batch);
  fs.writeFileSync(output, JSON.stringify({ shape: found.shape, values: Array.from(found.dataSync()) }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});

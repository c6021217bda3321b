using System.IO.Pipes;

// Stands in for plant-compiler.dll in tests: passes requests to the compiler that the test process shares among its tests
// (PlantRuntime.Conformance.Host.SharedCompiler), and replies back. Ends with its input, as the compiler does.
await using var pipe = new NamedPipeClientStream(
    ".", Environment.GetEnvironmentVariable("PLANT_TEST_COMPILER")!, PipeDirection.InOut, PipeOptions.Asynchronous);
await pipe.ConnectAsync(30_000);
var asking = Console.OpenStandardInput().CopyToAsync(pipe);
await Task.WhenAny(asking, pipe.CopyToAsync(Console.OpenStandardOutput()));

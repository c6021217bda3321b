using PlantRuntime.Benchmarks;
using PlantRuntime.Benchmarks.Modbus;

var all = new Dictionary<string, Func<Task>>
{
    ["pipeline"] = PipelineBenchmark.RunAsync,
    ["modbus"] = ModbusBenchmark.Run,
    ["s7"] = PlantRuntime.Benchmarks.S7.S7Benchmark.Run,
    ["mirror"] = PlantRuntime.Benchmarks.Mirror.MirrorBenchmark.RunAsync,
    ["mqtt"] = PlantRuntime.Benchmarks.Mqtt.MqttBenchmark.RunAsync,
    ["queue"] = PlantRuntime.Benchmarks.Queue.QueueBenchmark.RunAsync,
    ["postgres"] = PlantRuntime.Benchmarks.Postgres.PostgresBenchmark.Run,
    ["scheduling"] = SchedulingBenchmark.RunAsync,
    ["host"] = HostBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
};

if (args.Length == 0 || args.Any(a => !all.ContainsKey(a)))
{
    Console.WriteLine($"usage: dotnet run -c Release --project tests/Benchmarks -- {string.Join('|', all.Keys)} …");
    return args.Length == 0 ? 0 : 1;
}

foreach (var name in args) await all[name]();
return 0;

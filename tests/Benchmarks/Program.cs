using PlantRuntime.Benchmarks;
using PlantRuntime.Benchmarks.Modbus;

var all = new Dictionary<string, Func<Task>>
{
    ["pipeline"] = PipelineBenchmark.RunAsync,
    ["modbus"] = ModbusBenchmark.Run,
    ["modbus-serial"] = ModbusSerialBenchmark.RunAsync,
    ["eip"] = PlantRuntime.Benchmarks.EtherNetIp.EtherNetIpBenchmark.Run,
    ["s7"] = PlantRuntime.Benchmarks.S7.S7Benchmark.Run,
    ["mirror"] = PlantRuntime.Benchmarks.Mirror.MirrorBenchmark.RunAsync,
    ["opcua"] = PlantRuntime.Benchmarks.OpcUa.OpcUaBenchmark.RunAsync,
    ["mqtt"] = PlantRuntime.Benchmarks.Mqtt.MqttBenchmark.RunAsync,
    ["nats"] = PlantRuntime.Benchmarks.Nats.NatsBenchmark.RunAsync,
    ["ingest"] = PlantRuntime.Benchmarks.Nats.IngestBenchmark.RunAsync,
    ["queue"] = PlantRuntime.Benchmarks.Queue.QueueBenchmark.RunAsync,
    ["backup"] = PlantRuntime.Benchmarks.Queue.SnapshotBenchmark.RunAsync,
    ["postgres"] = PlantRuntime.Benchmarks.Postgres.PostgresBenchmark.Run,
    ["postgres-driver"] = PlantRuntime.Benchmarks.Postgres.PostgresDriverBenchmark.RunAsync,
    ["ask"] = PlantRuntime.Benchmarks.Ask.AskBenchmark.RunAsync,
    ["scheduling"] = SchedulingBenchmark.RunAsync,
    ["host"] = HostBenchmark.RunAsync,
    ["recipe-test"] = PlantRuntime.Benchmarks.Testing.RecipeTestBenchmark.RunAsync,
    ["scale"] = ScaleBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
    ["web"] = WebBenchmark.RunAsync,
    ["web-soak"] = WebSoakBenchmark.RunAsync,
};

if (args.Length == 0 || args.Any(a => !all.ContainsKey(a)))
{
    Console.WriteLine($"usage: dotnet run -c Release --project tests/Benchmarks -- {string.Join('|', all.Keys)} …");
    return args.Length == 0 ? 0 : 1;
}

foreach (var name in args) await all[name]();
return 0;

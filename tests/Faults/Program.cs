using System.Globalization;
using PlantRuntime.Faults;
using PlantRuntime.Faults.Publishers;
using PlantRuntime.Faults.Scenarios;

if (args is ["write-queue", var folder, var count, var mode])
    return await QueueWriter.RunAsync(folder, int.Parse(count), isSafe: mode == "full");
if (args is ["publish-gateways", var state, var first, var gateways, var limit, var rate, var servers, var password])
{
    return await GatewayPublisher.RunAsync(state, int.Parse(first), int.Parse(gateways), long.Parse(limit),
        double.Parse(rate, CultureInfo.InvariantCulture), [.. servers.Split(',').Select(int.Parse)], password);
}

var (numbers, seed, isShort) = (new List<string>(), 1, false);
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--short") isShort = true;
    else if (args[i] == "--seed" && i + 1 < args.Length && int.TryParse(args[i + 1], out seed)) i++;
    else numbers.Add(args[i]);
}

var rows = FaultScenarios.All.Where(r => numbers.Count == 0 || numbers.Contains(r.Number)).ToList();
if (numbers.Exists(n => FaultScenarios.All.All(r => r.Number != n)))
{
    Console.Error.WriteLine(
        $"usage: tests/run-faults [row…] [--seed N] [--short]; rows: {string.Join(' ', FaultScenarios.All.Select(r => r.Number))}");
    return 1;
}

return await FaultTable.RunAsync(rows, seed, isShort) ? 0 : 1;

using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void All_broken_rules_are_named_at_once()
    {
        var second = TimeSpan.FromSeconds(1);
        var options = new SimulatorOptions
        {
            Latency = -second,
            Faults =
            [
                new FaultOptions { Kind = FaultKind.Slow },
                new FaultOptions { Kind = FaultKind.Timeout, Tag = "a", Delay = second },
                new FaultOptions { Kind = FaultKind.Disconnect, Every = second },
                new FaultOptions { Kind = FaultKind.Bad, For = second, Every = second, Quality = Quality.Good },
            ],
        };
        Assert.Equal(
            [
                "latency: is less than 0",
                "faults: fault 1 (slow): needs delay, for instance delay = \"800ms\"",
                "faults: fault 2 (timeout): tag, quality and reason belong to a bad fault; this one hits the whole device",
                "faults: fault 2 (timeout): delay belongs to a slow fault",
                "faults: fault 3 (disconnect): every needs for: how long it lasts each time",
                "faults: fault 4 (bad): every must be longer than for, else the fault never ends",
                "faults: fault 4 (bad): quality good is no fault",
            ],
            options.Validate().Select(p => $"{p.Key}: {p.Message}"));
        Assert.Empty(new SimulatorOptions().Validate());
    }
}

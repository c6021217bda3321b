using PlantRuntime.Plugins.Modbus.Plan;

namespace PlantRuntime.Modbus.Tests;

public class PlanTests
{
    private static ModbusAddress Register(int offset, int width = 1) => width == 1
        ? new ModbusAddress(1, ModbusArea.Holding, offset, ModbusType.UInt16)
        : new ModbusAddress(1, ModbusArea.Holding, offset, ModbusType.String, StringBytes: 2 * width);

    private static ModbusOptions Options(int maxGap, int maxRegisters) =>
        new() { Host = "h", MaxGap = maxGap, MaxRegisters = maxRegisters };

    private static string Blocks(ModbusReadPlan plan)
    {
        var texts = new List<string>();
        foreach (var block in plan.Blocks) texts.Add($"{block.Unit}/{block.Area}:{block.Start}+{block.Count}");
        return string.Join(' ', texts);
    }

    [Fact]
    public void A_thousand_registers_are_eight_requests() => Assert.Equal(
        8, new ModbusReadPlan([.. Enumerable.Range(0, 1000).Select(n => Register(n))], Options(0, 125)).Blocks.Length);

    [Fact]
    public void Units_and_areas_never_mix_and_a_gap_of_bits_counts_in_words()
    {
        ModbusAddress[] addresses =
        [
            Register(0), Register(3), Register(20), Register(0) with { Unit = 2 }, Register(1) with { Area = ModbusArea.Input },
            new(1, ModbusArea.Coil, 0, ModbusType.Bool), new(1, ModbusArea.Coil, 33, ModbusType.Bool),
            new(1, ModbusArea.Coil, 90, ModbusType.Bool),
        ];

        Assert.Equal(
            "1/Coil:0+34 1/Coil:90+1 1/Input:1+1 1/Holding:0+4 1/Holding:20+1 2/Holding:0+1",
            Blocks(new ModbusReadPlan(addresses, Options(2, 125))));
    }

    [Fact]
    public void A_value_is_never_torn() => Assert.Equal(
        "1/Holding:0+124 1/Holding:124+4",
        Blocks(new ModbusReadPlan([.. Enumerable.Range(0, 32).Select(n => Register(4 * n, 4))], Options(0, 125))));

    [Fact]
    public void No_split_into_requests_is_smaller()
    {
        const int Seed = 42;
        var random = new Random(Seed);
        for (var round = 0; round < 400; round++)
        {
            var (maxGap, most) = (random.Next(4), random.Next(4, 12));
            var tags = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Register(random.Next(40), random.Next(1, 5))).ToArray();
            var plan = new ModbusReadPlan(tags, Options(maxGap, most));
            var where = $"seed {Seed}, round {round}: gap {maxGap}, most {most}, {string.Join(' ', tags)} => {Blocks(plan)}";

            Assert.True(plan.Blocks.Length == LeastRequests(tags, maxGap, most), where);
            foreach (var block in plan.Blocks)
                Assert.True(IsAllowed([.. block.Items.Select(item => item.Address)], tags, maxGap, most), where);
            Assert.True(Tags(plan) == tags.Length, where);
        }
    }

    private static int Tags(ModbusReadPlan plan)
    {
        var tags = 0;
        foreach (var block in plan.Blocks) tags += block.Items.Count;
        return tags;
    }

    // Every way to share the tags out among requests.
    private static int LeastRequests(ModbusAddress[] tags, int maxGap, int most)
    {
        return Try(0, []);

        int Try(int next, List<List<ModbusAddress>> requests)
        {
            if (next == tags.Length) return requests.All(request => IsAllowed(request, tags, maxGap, most)) ? requests.Count : int.MaxValue;
            var least = int.MaxValue;
            for (var i = 0; i <= requests.Count; i++)
            {
                var copy = requests.Select(request => request.ToList()).ToList();
                if (i == requests.Count) copy.Add([]);
                copy[i].Add(tags[next]);
                least = Math.Min(least, Try(next + 1, copy));
            }

            return least;
        }
    }

    // Not too long, and never more than maxGap registers in a row that no tag of all asks for.
    private static bool IsAllowed(List<ModbusAddress> request, ModbusAddress[] all, int maxGap, int most)
    {
        var (start, end) = (request.Min(tag => tag.Offset), request.Max(tag => tag.Offset + tag.Width));
        if (end - start > most) return false;
        var gap = 0;
        for (var n = start; n < end; n++)
        {
            gap = all.Any(tag => n >= tag.Offset && n < tag.Offset + tag.Width) ? 0 : gap + 1;
            if (gap > maxGap) return false;
        }

        return true;
    }
}

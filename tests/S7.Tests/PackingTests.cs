using PlantRuntime.Plugins.S7.Plan;

namespace PlantRuntime.S7.Tests;

/// <summary>Requests are as few as they can be.</summary>
public class PackingTests
{
    [Fact]
    public void Small_sets_need_no_more_requests_than_the_best_of_all_ways()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        for (var round = 0; round < 2000; round++)
        {
            var room = PduCapacity.From((round % 4) switch { 0 => 112, 1 => 240, 2 => 480, _ => random.Next(64, 100) });
            var extents = Draw(random, room, random.Next(1, 9));
            var found = Packing.PackFewest(extents, room);
            Check(extents, room, found, $"seed {Seed}, round {round}");
            var best = BruteForce(extents, room);
            Assert.True(found.Length == best,
                $"seed {Seed}, round {round}: {found.Length} requests, but {best} will do: {string.Join(' ', extents)}");
            Assert.True(Packing.LowerBound(extents, room) <= best, $"seed {Seed}, round {round}: the lower bound is above {best}");
        }
    }

    [Theory]
    [InlineData(240)]
    [InlineData(480)]
    [InlineData(959)]
    [InlineData(960)]
    public void Large_sets_come_within_one_request_in_twenty_of_the_lower_bound(int pduSize)
    {
        const int Seed = 5;
        var random = new Random(Seed);
        var room = PduCapacity.From(pduSize);
        for (var round = 0; round < 5; round++)
        {
            var extents = Enumerable.Range(0, 500)
                .Select(_ => (Group: random.Next(20), Start: 8 * random.Next(1000), Bytes: random.Next(1, 9)))
                .DistinctBy(e => (e.Group, e.Start)).Select(e => new Extent(e.Group, e.Start, e.Start + e.Bytes))
                .OrderBy(e => e.Group).ThenBy(e => e.Start).ToArray();
            var found = Packing.PackFewest(extents, room);
            Check(extents, room, found, $"seed {Seed}, round {round}");
            var bound = Packing.LowerBound(extents, room);
            Assert.True(found.Length <= bound + 1 + (bound / 20), $"seed {Seed}, round {round}: {found.Length} requests, bound {bound}");
        }
    }

    // The bound knows no paddings; without odd items it is nearly always reached, and then there is nothing better.
    [Theory]
    [InlineData(240)]
    [InlineData(480)]
    [InlineData(960)]
    public void Five_hundred_words_and_reals_at_random_come_to_the_lower_bound(int pduSize)
    {
        const int Seed = 7;
        const int Rounds = 10;
        var random = new Random(Seed);
        var room = PduCapacity.From(pduSize);
        var more = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var extents = Enumerable.Range(0, 500).Select(_ => (Start: 4 * random.Next(2048), Bytes: 2 * random.Next(1, 3)))
                .DistinctBy(e => e.Start).OrderBy(e => e.Start).Select(e => new Extent(1, e.Start, e.Start + e.Bytes)).ToArray();
            var found = Packing.PackFewest(extents, room);
            Check(extents, room, found, $"seed {Seed}, round {round}");
            more += found.Length - Packing.LowerBound(extents, room);
        }

        Assert.True(more <= Rounds / 5, $"seed {Seed}: {more} requests above the bound in {Rounds} rounds");
    }

    private static Extent[] Draw(Random random, PduCapacity room, int count)
    {
        var extents = new List<Extent>();
        var (group, at) = (0, 0);
        while (extents.Count < count)
        {
            if (random.Next(4) == 0) (group, at) = (group + 1, 0);
            var start = at + random.Next(24);
            at = start + random.Next(1, random.Next(3) == 0 ? room.MaxRangeBytes + 1 : 9);
            extents.Add(new Extent(group, start, at, random.Next(12) == 0, random.Next(12) == 0));
        }

        return [.. extents];
    }

    private static void Check(Extent[] extents, PduCapacity room, ItemRange[][] requests, string what)
    {
        Assert.True(Enumerable.Range(0, extents.Length).SequenceEqual(
            requests.SelectMany(runs => runs).OrderBy(run => run.First)
                .SelectMany(run => Enumerable.Range(run.First, run.Last - run.First + 1))), what);
        Assert.All(requests, runs => Assert.True(Fits(runs.Select(run => run.Bytes), room), what));
        Assert.All(requests.SelectMany(runs => runs), run =>
        {
            Assert.Equal((extents[run.First].Start, extents[run.First..(run.Last + 1)].Max(e => e.End)), (run.Start, run.End));
            Assert.True(run.First == run.Last || Enumerable.Range(run.First + 1, run.Last - run.First).All(i => MayJoin(extents, i)), what);
        });
    }

    // The size of an answer, written down once more: a padding byte after each odd item but the last, which an odd one is if there is any.
    private static bool Fits(IEnumerable<int> runs, PduCapacity room)
    {
        var bytes = runs.ToArray();
        return bytes.Length <= room.Items && bytes.Sum(b => 4 + b + (b % 2)) - (bytes.Any(b => b % 2 == 1) ? 1 : 0) <= room.Bytes;
    }

    private static bool MayJoin(Extent[] extents, int i) =>
        extents[i].Group == extents[i - 1].Group && !extents[i].IsApart && !extents[i - 1].IsApart && !extents[i].IsCutOff;

    // All ways to cut between extents, and for each all ways to share requests.
    private static int BruteForce(Extent[] extents, PduCapacity room)
    {
        var best = int.MaxValue;
        for (var cuts = 0; cuts < 1 << (extents.Length - 1); cuts++)
        {
            var runs = new List<int>();
            var (first, isPossible) = (0, true);
            for (var i = 0; i < extents.Length; i++)
            {
                if (i + 1 < extents.Length && (cuts >> i & 1) == 0)
                {
                    isPossible &= MayJoin(extents, i + 1);
                    continue;
                }

                runs.Add(extents[first..(i + 1)].Max(e => e.End) - extents[first].Start);
                first = i + 1;
            }

            if (isPossible && runs.TrueForAll(bytes => bytes <= room.MaxRangeBytes)) best = Math.Min(best, Share(runs, 0, [], room, best));
        }

        return best;
    }

    private static int Share(List<int> runs, int next, List<List<int>> requests, PduCapacity room, int best)
    {
        if (requests.Count >= best) return best;
        if (next == runs.Count) return requests.Count;
        for (var i = 0; i <= requests.Count; i++)
        {
            var isNew = i == requests.Count;
            if (isNew) requests.Add([]);
            requests[i].Add(runs[next]);
            if (Fits(requests[i], room)) best = Math.Min(best, Share(runs, next + 1, requests, room, best));
            requests[i].RemoveAt(requests[i].Count - 1);
            if (isNew)
            {
                requests.RemoveAt(i);
                break;
            }
        }

        return best;
    }
}

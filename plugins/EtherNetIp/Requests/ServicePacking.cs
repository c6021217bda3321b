using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.EtherNetIp.Requests;

/// <summary>Bytes that a request and its reply need in a packet.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PackedSize(int Request, int Reply);

/// <summary>
/// Distributes requests over as few packets as possible, which are limited in both directions: packing of two dimensions. Several orders
/// are tried, each by first fit, until one reaches the bound that the sums give; of a few requests all orders. Pure.
/// </summary>
internal static class ServicePacking
{
    // The same packets for the same tags at every start.
    private const int ShuffleSeed = 1;
    private const int Shuffles = 100;
    private const int MostPermuted = 7;

    /// <summary>Indexes of the sizes, packet by packet. One that fits no packet gets one of its own.</summary>
    public static List<List<int>> Pack(IReadOnlyList<PackedSize> sizes, PackedSize room)
    {
        List<List<int>>? best = null;
        var bound = Bound(sizes, room);
        foreach (var order in Orders(sizes, room))
        {
            var packets = FirstFit(sizes, room, order);
            if (best is null || packets.Count < best.Count) best = packets;
            if (best.Count <= bound) break;
        }

        return best ?? [];
    }

    /// <summary>The fewest packets that the sums allow.</summary>
    public static int Bound(IReadOnlyList<PackedSize> sizes, PackedSize room)
    {
        var (requests, replies) = (sizes.Sum(size => (long)size.Request), sizes.Sum(size => (long)size.Reply));
        return (int)Math.Max((requests + room.Request - 1) / room.Request, (replies + room.Reply - 1) / room.Reply);
    }

    // The order as given comes first, so that neighbours in a tag table are read at the same moment if that costs nothing.
    private static IEnumerable<IEnumerable<int>> Orders(IReadOnlyList<PackedSize> sizes, PackedSize room)
    {
        var all = Enumerable.Range(0, sizes.Count);
        double Request(int i) => (double)sizes[i].Request / room.Request;
        double Reply(int i) => (double)sizes[i].Reply / room.Reply;
        yield return all;
        yield return all.OrderByDescending(i => Math.Max(Request(i), Reply(i)));
        yield return all.OrderByDescending(i => Request(i) + Reply(i));
        yield return all.OrderByDescending(Request);
        yield return all.OrderByDescending(Reply);
        yield return all.OrderByDescending(i => Request(i) - Reply(i));
        if (sizes.Count <= MostPermuted)
        {
            foreach (var order in Permutations(sizes.Count)) yield return order;
            yield break;
        }

        var random = new Random(ShuffleSeed);
        for (var i = 0; i < Shuffles; i++)
        {
            var order = all.ToArray();
            random.Shuffle(order);
            yield return order;
        }
    }

    // One of all orders gives the fewest packets that there can be: the order in which an optimal packing lists its packets.
    private static IEnumerable<int[]> Permutations(int count)
    {
        if (count == 0) yield break;
        var order = Enumerable.Range(0, count).ToArray();
        var taken = new int[count];
        yield return order;
        for (var i = 1; i < count;)
        {
            if (taken[i] == i)
            {
                taken[i++] = 0;
                continue;
            }

            var other = i % 2 == 0 ? 0 : taken[i];
            (order[other], order[i]) = (order[i], order[other]);
            taken[i]++;
            yield return order;
            i = 1;
        }
    }

    private static List<List<int>> FirstFit(IReadOnlyList<PackedSize> sizes, PackedSize room, IEnumerable<int> order)
    {
        var packets = new List<List<int>>();
        var left = new List<PackedSize>();
        var firstOpen = 0;
        foreach (var index in order)
        {
            var size = sizes[index];
            var packet = firstOpen;
            while (packet < packets.Count && (left[packet].Request < size.Request || left[packet].Reply < size.Reply)) packet++;
            if (packet == packets.Count)
            {
                packets.Add([]);
                left.Add(room);
            }

            packets[packet].Add(index);
            left[packet] = new PackedSize(left[packet].Request - size.Request, left[packet].Reply - size.Reply);
            // Packets that take nothing more are not looked at again: thousands of tags are packed.
            while (firstOpen < packets.Count && (left[firstOpen].Request < 8 || left[firstOpen].Reply < 8)) firstOpen++;
        }

        return packets;
    }
}

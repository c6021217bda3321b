using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Plugins.EtherNetIp.Requests;

namespace PlantRuntime.EtherNetIp.Tests;

public class ServicePackingTests
{
    private static readonly PackedSize s_room = new(496, 496);

    [Fact]
    public void Packets_hold_every_request_once_and_no_more_than_they_can() =>
        Sizes(496).ForAll(sizes =>
        {
            var packets = ServicePacking.Pack(sizes, s_room);
            Assert.Equal(Enumerable.Range(0, sizes.Length), packets.SelectMany(packet => packet).Order());
            Assert.All(packets, packet => Assert.True(
                packet.Sum(i => sizes[i].Request) <= s_room.Request && packet.Sum(i => sizes[i].Reply) <= s_room.Reply));
        });

    [Fact]
    public void Tags_as_programs_have_them_need_the_fewest_packets_possible()
    {
        // Names of 5 to 40 characters, values of 1 to 8 bytes: the bound of the sums is reached.
        var tag = Gen.Select(Gen.Int[14, 50], Gen.Int[9, 16], (request, reply) => new PackedSize(request, reply));
        tag.Array[1, 400].ForAll(sizes => Assert.Equal(ServicePacking.Bound(sizes, new PackedSize(3992, 3994)),
            ServicePacking.Pack(sizes, new PackedSize(3992, 3994)).Count));
    }

    /// <summary>Packing in two dimensions is a heuristic: {5/14, 30/3, 4/21} in a room of 40/40 takes two packets instead of one.</summary>
    [Fact]
    public void Few_requests_need_at_most_one_packet_more_than_an_exhaustive_search_finds() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 30], (request, reply) => new PackedSize(request, reply)).Array[1, 7].ForAll(sizes =>
        {
            var room = new PackedSize(40, 40);
            var minimum = Minimum(sizes, room);
            Assert.InRange(ServicePacking.Pack(sizes, room).Count, minimum, minimum + 1);
        }, iter: 300);

    [Fact]
    public void A_request_that_fits_nowhere_is_alone()
    {
        var packets = ServicePacking.Pack([new(10, 10), new(10, 9000), new(10, 10)], s_room);
        Assert.Contains(packets, packet => packet is [1]);
    }

    private static Gen<PackedSize[]> Sizes(int most) =>
        Gen.Select(Gen.Int[8, most], Gen.Int[6, most], (request, reply) => new PackedSize(request, reply)).Array[0, 60];

    private static int Minimum(PackedSize[] sizes, PackedSize room)
    {
        var best = sizes.Length;
        void Place(int index, List<PackedSize> left)
        {
            if (left.Count >= best && index < sizes.Length) return;
            if (index == sizes.Length)
            {
                best = Math.Min(best, left.Count);
                return;
            }

            for (var i = 0; i <= left.Count; i++)
            {
                var from = i == left.Count ? room : left[i];
                if (from.Request < sizes[index].Request || from.Reply < sizes[index].Reply) continue;
                var next = new List<PackedSize>(left);
                if (i == left.Count) next.Add(room);
                next[i] = new PackedSize(from.Request - sizes[index].Request, from.Reply - sizes[index].Reply);
                Place(index + 1, next);
            }
        }

        Place(0, []);
        return best;
    }
}

using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Fuzzing;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Info;
using PlantRuntime.Plugins.EtherNetIp.Plan;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Structures;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.EtherNetIp.Tests.Faults;

/// <summary>Damaged frames: only the declared exception, and little memory.</summary>
public class FuzzTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void Twenty_thousand_damaged_replies_do_no_harm()
    {
        const int Seed = 21;
        var (plan, scan) = Plan();
        var framing = new EtherNetIpFraming { Session = 1, ConnectionId = 2, OwnConnectionId = 3 };
        var good = GoodReply();
        var (foreign, values, faults) = (0, 0, 0);
        var garbage = FrameFuzz.Run<LinkException>(
            Seed, Rounds, () => new FrameBuffer(framing.FrameLength, Encapsulation.MostFrameBytes), random =>
                Damage.Copies(random, good), mostInSlice: 200, Accept);
        Assert.True(garbage > 1000 && foreign > 1000 && values > 1000
            && faults > 1000, $"seed {Seed}: {garbage} garbage, {foreign} foreign, {values} values, {faults} faults");

        void Accept(ReadOnlySpan<byte> frame)
        {
            if (!framing.TryGetId(frame, out _))
            {
                foreign++;
                return;
            }

            scan.Begin(scan.Into);
            scan.Into.Reset(DateTime.UnixEpoch);
            plan.Begin();
            plan.Steady!.Accept(0, frame);
            for (var i = 0; i < scan.Into.Count; i++) _ = scan.Into.Reason(i) is null ? values++ : faults++;
        }
    }

    [Fact]
    public void Damaged_lists_and_templates_do_no_harm()
    {
        const int Seed = 22;
        var random = new Random(Seed);
        var symbols = Hex("8608000004007261746 5C400000000000000000000000000000 0CD0A000002005031CEAF03000000000000000000000000");
        var attributes = Hex("0400 0400000012000000 0500000008000000 020000000200 01000000CB05");
        var definition = Hex("0000C40000000000 0500C10004000000 503B6E4500 4100 4200");
        var identity = Hex("01000E00A800200B6030C3B2A160044C333345");
        var (listed, read, told) = (0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            byte[] list = Damage.Copies(random, symbols), sizes = Damage.Of(random, attributes),
                members = Damage.Copies(random, definition), self = Damage.Of(random, identity);
            var limit = (2 * (list.Length + members.Length)) + (256 << 10);
            var used = AllocationMeter.ThreadBytes(limit, () => Decode(round, list, sizes, members, self));
            Assert.True(used <= limit, $"seed {Seed}, round {round}: {used} bytes");
        }

        Assert.True(listed > 1000 && read > 100 && told > 1000, $"seed {Seed}: {listed} listed, {read} read, {told} told");

        void Decode(int round, byte[] list, byte[] sizes, byte[] members, byte[] self)
        {
            try
            {
                var into = new List<Symbol>();
                SymbolList.Read(list, 0, withAccess: false, into);
                listed += into.Count;
                var loader = new TemplateLoader();
                // The peer answers with damaged bytes whatever is asked for.
                foreach (var requests in loader.Load([7], 500).Take(50))
                {
                    foreach (var item in requests)
                    {
                        var data = item.Request[0] == CipService.GetAttributeList ? sizes : members;
                        byte[] message = [(byte)(item.Request[0] | 0x80), 0, 0, 0, .. data];
                        Assert.True(CipReply.TryRead(message, out var reply));
                        item.Accept(reply);
                    }
                }

                if (loader.Find(7) is { } structure)
                {
                    read++;
                    _ = StructureJson.Write(structure, new byte[Math.Min(structure.Bytes, 64)]);
                }

                told += Identity.Read(self) is { } one ? ControllerInfo.Describe(one, isLogix: true).Count() : 0;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e} on "
                    + $"{Convert.ToHexString(list)}, {Convert.ToHexString(sizes)}, {Convert.ToHexString(members)}");
            }
        }
    }

    [Theory]
    [InlineData("0400 04000000FFFFFFFF 0500000008000000 020000000200 01000000CB05", "a definition of 17179869180 bytes")]
    [InlineData("0400 0400000012000000 05000000FFFFFFFF 020000000200 01000000CB05", "a structure of 4294967295 bytes")]
    [InlineData("0400 0400000012000000 0500000008000000 02000000FFFF 01000000CB05", "65535 members")]
    public void A_template_that_claims_4_GB_costs_no_memory(string attributes, string problem)
    {
        var loader = new TemplateLoader();
        var data = Hex(attributes);
        var used = AllocationMeter.ThreadBytes(64 << 10, () =>
        {
            loader = new TemplateLoader();
            foreach (var requests in loader.Load([7], 4000))
            {
                foreach (var item in requests)
                {
                    Assert.Equal(CipService.GetAttributeList, item.Request[0]);
                    Assert.True(CipReply.TryRead([(byte)(item.Request[0] | 0x80), 0, 0, 0, .. data], out var reply));
                    item.Accept(reply);
                }
            }
        });
        Assert.True(used < 64 << 10, $"{used} bytes");
        Assert.Contains(problem, loader.Problem(7), StringComparison.Ordinal);
    }

    [Fact]
    public void Structures_of_any_bytes_are_JSON_or_nothing()
    {
        const int Seed = 23;
        var random = new Random(Seed);
        var nested = new Structure("N", 1, 8, [new("D", EtherNetIpType.Real, 2, 0, -1, null)]);
        var structure = new Structure("S", 2, 120,
        [
            new("Flag", EtherNetIpType.Bool, 0, 0, 3, null), new("Text", EtherNetIpType.Structure, 0, 4, -1, Structure.String),
                new("Parts", EtherNetIpType.Structure, 2, 92, -1, nested),
            new("Bits", EtherNetIpType.Dword, 1, 108, -1, null), new("Odd", (EtherNetIpType)0x99, 0, 112, -1, null),
                new("Long", EtherNetIpType.Lint, 0, 112, -1, null),
        ]);
        for (var round = 0; round < Rounds / 10; round++)
        {
            var bytes = new byte[random.Next(130)];
            random.NextBytes(bytes);
            if (StructureJson.Write(structure, bytes) is { } json)
                Assert.Equal(6, System.Text.Json.JsonDocument.Parse(json).RootElement.EnumerateObject().Count());
            else Assert.True(bytes.Length < 120, $"seed {Seed}, round {round}");
        }
    }

    private static (ReadPlan Plan, ReadScan Scan) Plan()
    {
        string[] addresses = ["A", "B", "C", "D[0..3]"];
        TagType[] types = [new(EtherNetIpType.Dint, 0, null), new(EtherNetIpType.Structure, Structure.StringHandle, Structure.String),
            new(EtherNetIpType.Bool, 0, null), new(EtherNetIpType.Int, 0, null)];
        var scan = new ReadScan();
        scan.Begin(new ScanBuffer([.. addresses.Select((name, i) => new Tag(i, name, "d"))]));
        var tags = addresses.Select((address, i) =>
        {
            var tag = new PlannedTag(i,
                new TagBinding(EtherNetIpAddressParser.Parse(new TagDefinition("t", address), out _)!, isLogix: true));
            tag.Binding.Resolve(types[i]);
            tag.Prepare();
            return tag;
        });
        var plan = new ReadPlan([.. tags], scan);
        plan.Build(new CipTransport(true, 504, []), 502, hasPackets: true, CipPath.Tag);
        Assert.Equal(1, plan.Steady!.Count);
        return (plan, scan);
    }

    private static byte[] GoodReply()
    {
        byte[][] replies =
        [
            Hex("CC000000 C400 2A000000"), [.. Hex("CC000000 A002CE0F 05000000"), .. "hello"u8, .. new byte[79]], Hex("CC000000 C100 01"),
                Hex("CC000000 C300 0100020003000400"),
        ];
        var offsets = new List<byte>();
        var at = 2 + (2 * replies.Length);
        foreach (var reply in replies)
        {
            offsets.AddRange([(byte)at, (byte)(at >> 8)]);
            at += reply.Length;
        }

        byte[] message = [0x01, 0x00, 0x8A, 0, 0, 0, (byte)replies.Length, 0, .. offsets, .. replies.SelectMany(reply => reply)];
        byte[] items = [.. Hex("000000000000 0200 A1000400 03000000 B100"), (byte)message.Length, (byte)(message.Length >> 8), .. message];
        return [.. Hex("7000"), (byte)items.Length, (byte)(items.Length >> 8), .. Hex("01000000 00000000 0000000000000000 00000000"),
            .. items];
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}

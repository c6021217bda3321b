using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Fuzzing;
using PlantRuntime.OpcUa.Tests.Testing;
using PlantRuntime.Plugins.OpcUa.Channel;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Subscriptions;
using PlantRuntime.Plugins.OpcUa.Types;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.OpcUa.Tests.Wire;

/// <summary>20,000 damaged messages through each parser: only the declared exception, and little memory.</summary>
public class FuzzTests
{
    private const int Rounds = 20_000;
    private const int Seed = 31;

    public static TheoryData<string> Parsers => [.. s_parsers.Keys];

    private delegate void Parse(ReadOnlySpan<byte> bytes);

    private static readonly Dictionary<string, (byte[] Good, Parse Parse)> s_parsers = new()
    {
        ["variant"] = (Variants(), static b => { var r = new UaReader(b); while (!r.AtEnd) OpcUaValues.ToValue(r.Variant()); }),
        ["data values"] = (DataValues(), static b => { var r = new UaReader(b); ReadRequest.ReadAll(ref r); }),
        ["endpoints"] = (Endpoints(new PeerWriter()).Bytes, static b => { var r = new UaReader(b); EndpointDescription.ReadArray(ref r); }),
        ["session"] = (
            Endpoints(new PeerWriter().Id(1).Id(2).F64(1000).Blob(new byte[32]).Blob(new byte[20])).I32(0).Text("x").Blob([1]).U32(0).Bytes,
            static b => { var r = new UaReader(b); CreateSessionResponse.Read(ref r); }),
        ["channel"] = (new PeerWriter().U32(0).U32(7).U32(1).I64(5).U32(1000).Blob(new byte[32]).Bytes,
            static b => { var r = new UaReader(b); OpenSecureChannelResponse.Read(ref r); }),
        ["browse"] = (new PeerWriter().I32(2).U32(0).Blob([1, 2]).I32(1).Id(35).U8(1).Id(9,
            2).U16(1).Text("Level").U8(2).Text("Level").I32(2).Id(63).U32(0).Blob(null).I32(0).Bytes,
            static b => { var r = new UaReader(b); BrowseResult.ReadAll(ref r); }),
        ["paths"] = (new PeerWriter().I32(1).U32(0).I32(1).Id(9, 2).U32(uint.MaxValue).Bytes, static b
            => { var r = new UaReader(b); TranslateBrowsePathsRequest.Read(ref r); }),
        ["items"] = (new PeerWriter().I32(2).U32(0).U32(1).F64(5).U32(1).U8(0).U8(0).U8(0).U32(0x80340000).U32(0).F64(5).U32(1).U8(0).U8(
            0).U8(0).Bytes,
            static b => { var r = new UaReader(b); CreateMonitoredItemsRequest.Read(ref r); }),
        ["transfer"] = (new PeerWriter().I32(1).U32(0).I32(2).U32(5).U32(6).Bytes, static b
            => { var r = new UaReader(b); TransferSubscriptionsRequest.Read(ref r); }),
        ["response header"] =
            (new PeerWriter().Response(634, 5).Bytes, static b => { var r = new UaReader(b); r.NodeId(); ResponseHeader.Read(ref r); }),
        ["structure definition"] = (Definition(), static b => { var r = new UaReader(b); StructureType.Read(ref r); }),
        ["enum definition"] = (new PeerWriter().I32(2).I64(0).U8(2).Text("Off").U8(0).Text("Off").I64(1).U8(0).U8(0).Text("On").Bytes,
            static b => { var r = new UaReader(b); EnumerationType.Read(ref r, BuiltInType.Int32); }),
        ["diagnostic info"] = ([0x7F, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 65, 0, 0, 0x33, 0x80, 0x40, 0x40, 0],
            static b => { var r = new UaReader(b); r.DiagnosticInfo(); }),
    };

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Damaged_messages_are_decoding_errors(string name)
    {
        var (good, parse) = s_parsers[name];
        parse(good);
        Run<DecodingException>(good, parse);
    }

    [Fact]
    public void Damaged_chunks_end_the_connection_and_nothing_else()
    {
        byte[] good = [.. "MSGF"u8, .. new PeerWriter().I32(40).U32(7).U32(1).U32(1).U32(5).Raw(new byte[16]).Bytes];
        Run<LinkException>(good, bytes =>
        {
            using var channel = new SecureChannel(ChannelSecurity.None, TimeProvider.System);
            channel.Accept(new OpenSecureChannelResponse(7, 1, TimeSpan.FromHours(1), []), TimeSpan.FromHours(1));
            var chunk = bytes.ToArray();
            if (ChunkHeader.LengthOf(chunk) == chunk.Length) channel.Decode(chunk, chunk);
        });
    }

    [Fact]
    public void Damaged_certificates_are_refused()
    {
        using var authority = new TestAuthority();
        var certificate = authority.Server().RawData;
        Run<CertificateException>(certificate, static bytes => CertificateValidator.Parse(bytes), checksMemory: false);
        Run<CertificateException>(authority.RevocationList(), static bytes => RevocationList.Parse(bytes.ToArray()), checksMemory: false);
    }

    [Fact]
    public void Damaged_notifications_are_decoding_errors()
    {
        using var site = new Site();
        var driver = new SubscribingDriver(new OpcUaOptions { Host = "x" }, new("d", "s", site.Folder, TimeProvider.System, site.Log));
        driver.Prepare([new("a", "i=1"), new("b", "i=2")]);
        var subscription = driver.Manager.Subscriptions[0];
        var changes =
            new PeerWriter().I32(2).U32(0).U8(5).U8(11).F64(1).I64(9).U32(1).U8(3).U8(12).Text("abc").U32(0x40900000).I32(0).Bytes;
        var good = new PeerWriter().U32(1).I32(1).U32(1).U8(0).U32(1).I64(5).I32(1).Id(811).U8(1).Blob(changes).I32(0).I32(0).Bytes;
        Run<DecodingException>(good, bytes =>
        {
            subscription.Created(1, TimeSpan.FromSeconds(1), 10, 0);
            var reader = new UaReader(bytes);
            driver.Manager.Receive(ref reader);
        }, checksMemory: false);
    }

    private static void Run<TDeclared>(byte[] good, Parse parse, bool checksMemory = true)
        where TDeclared : Exception
    {
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Damage.Of(random, good);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length + 1)];
            try
            {
                var limit = (2 * bytes.Length) + (64 << 10);
                var used = AllocationMeter.ThreadBytes(limit, () =>
                {
                    try
                    {
                        parse(bytes);
                    }
                    catch (TDeclared)
                    {
                    }
                });
                Assert.True(!checksMemory || used <= limit, $"{used} bytes for {bytes.Length}");
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e} on {Convert.ToHexString(bytes)}");
            }
        }
    }

    private static PeerWriter Endpoints(PeerWriter writer) => writer.I32(1)
        .Text("opc.tcp://a:4840").Text("urn:a").Text(null).U8(2).Text("A").I32(0).Text(null).Text(null).I32(1).Text("opc.tcp://a:4840")
        .Blob([1, 2, 3]).I32(3).Text("http://opcfoundation.org/UA/SecurityPolicy#None").I32(1).Text("anonymous").I32(0).Text(null).Text(
            null).Text(null).Text("").U8(0);

    private static byte[] Definition() => new PeerWriter().Id(5004, 1).Id(22).I32(1).I32(2)
        .Text("Low").U8(0).Id(11).I32(-1).I32(0).U32(0).U8(0).Text("High").U8(0).Id(11).I32(1).I32(1).U32(3).U32(0).U8(1).Bytes;

    private static byte[] Variants() => new PeerWriter().U8(11).F64(1).U8(12).Text("abc").U8(0x8B).I32(2).F64(1).F64(2)
        .U8(0xC6).I32(4).I32(1).I32(2).I32(3).I32(4).I32(2).I32(2).I32(2).U8(0x98).I32(2).U8(1).U8(1).U8(0x98).I32(1).U8(6).I32(5)
        .U8(22).Id(5,
            1).U8(1).Blob([1, 2, 3]).U8(23).U8(1).U8(6).I32(1).U8(17).U8(3).U16(1).Text("n").U8(0x8C).I32(2).Text("a").Text(null).Bytes;

    private static byte[] DataValues() => new PeerWriter().I32(3).U8(0x3F).U8(6).I32(5).U32(0).I64(9).U16(1).I64(8).U16(2).U8(2).U32(
        0x80340000).U8(5).U8(0x85).I32(2).U16(1).U16(2).I64(7).Bytes;
}

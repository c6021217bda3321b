using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.S7.Tests.Testing;
using PlantRuntime.Wire;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>Damaged packets: only the declared exception, and little memory.</summary>
public class FuzzTests
{
    private const int Packets = 20_000;

    [Fact]
    public void Twenty_thousand_damaged_answers_do_no_harm()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        string[] addresses =
            ["DB1.DBX7.1", "DB1.DBD200:REAL", "DB1.DBB10:STRING[9]", "MB3", "DB2.DBB0:WSTRING[4]", "T3", "DB3.DBB0:DTL", "DB1.DBB100:DT"];
        var plan = Fuzz.Plan(240, addresses);
        var into = Fuzz.Buffer(addresses.Length);
        var job = Assert.Single(plan.Steady.Jobs);
        var request = new byte[job.PacketBytes];
        job.Write(request);
        var good = CpuRequest.Parse(request).Good();
        var (garbage, faults, values) = (0, 0, 0);
        for (var round = 0; round < Packets; round++)
        {
            var bytes = Fuzz.Damaged(random, good);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var frames = new FrameBuffer(Tpkt.FrameLength, Tpkt.MostBytes);
                for (var at = 0; at < bytes.Length;)
                {
                    var slice = Math.Min(random.Next(1, 200), bytes.Length - at);
                    bytes.AsSpan(at, slice).CopyTo(frames.Free().Span);
                    frames.Filled(slice);
                    at += slice;
                    while (frames.TryTake(out var packet))
                    {
                        var pdu = CotpData.Pdu(packet.Span);
                        if (!S7Header.IsS7(pdu) || !S7Header.IsAnswer(pdu)) continue;
                        into.Reset(DateTime.UnixEpoch);
                        job.Read(pdu, into, plan);
                        _ = into.Reason(1) is null ? values++ : faults++;
                    }
                }
            }
            catch (LinkException)
            {
                garbage++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e} on {Convert.ToHexString(bytes)}");
            }

            var used = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(used <= (2 * bytes.Length) + (64 << 10), $"seed {Seed}, round {round}: {used} bytes for {bytes.Length}");
        }

        Assert.True(garbage > 1000 && faults > 1000 && values > 1000, $"seed {Seed}: {garbage} garbage, {faults} faults, {values} values");
    }

    [Fact]
    public void Damaged_handshakes_end_with_the_declared_exception_or_with_limits_that_hold()
    {
        const int Seed = 12;
        var random = new Random(Seed);
        var confirm = ScriptedCpu.Hex("03 00 00 16 11 D0 00 01 00 02 00 C0 01 0A C1 02 01 00 C2 02 01 01");
        var setup = ScriptedCpu.Hex("32 03 00 00 00 01 00 08 00 00 00 00 F0 00 00 08 00 08 03 C0");
        for (var round = 0; round < Packets / 4; round++)
        {
            try
            {
                var bytes = Fuzz.Damaged(random, confirm);
                if (bytes.Length >= 7 && Tpkt.FrameLength(bytes) is var length && length <= bytes.Length)
                    CotpConnect.Check(bytes.AsSpan(0, length));
                var agreed = new SetupCommunication(960, 8).Agreed(Fuzz.Damaged(random, setup));
                Assert.True(agreed is { PduSize: >= 64 and <= 960, Jobs: >= 1 and <= 8 }, $"seed {Seed}, round {round}: {agreed}");
            }
            catch (LinkException)
            {
            }
        }
    }
}

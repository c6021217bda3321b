using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Fuzzing;
using PlantRuntime.Plugins.S7.Info;
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
        string[] addresses =
            ["DB1.DBX7.1", "DB1.DBD200:REAL", "DB1.DBB10:STRING[9]", "MB3", "DB2.DBB0:WSTRING[4]", "T3", "DB3.DBB0:DTL", "DB1.DBB100:DT"];
        var plan = PlanFactory.Plan(240, addresses);
        var into = PlanFactory.Buffer(addresses.Length);
        var job = Assert.Single(plan.Steady.Jobs);
        var request = new byte[job.PacketBytes];
        job.Write(request);
        var good = CpuRequest.Parse(request).Good();
        var (faults, values) = (0, 0);
        var garbage = FrameFuzz.Run<LinkException>(
            Seed, Packets, () => new FrameBuffer(Tpkt.FrameLength, Tpkt.MaxBytes), random => Damage.Copies(random, good), mostInSlice: 200,
            Take);
        Assert.True(garbage > 1000 && faults > 1000 && values > 1000, $"seed {Seed}: {garbage} garbage, {faults} faults, {values} values");

        void Take(ReadOnlySpan<byte> packet)
        {
            var pdu = CotpData.Pdu(packet);
            if (!S7Header.IsS7(pdu) || !S7Header.IsAnswer(pdu)) return;
            into.Reset(DateTime.UnixEpoch);
            job.Read(pdu, into, plan);
            _ = into.Reason(1) is null ? values++ : faults++;
        }
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
                var bytes = Damage.Copies(random, confirm);
                if (bytes.Length >= 7 && Tpkt.FrameLength(bytes) is var length && length <= bytes.Length)
                    CotpConnect.Check(bytes.AsSpan(0, length));
                var agreed = new SetupCommunication(960, 8).ParseReply(Damage.Copies(random, setup));
                Assert.True(agreed is { PduSize: >= 64 and <= 960, Jobs: >= 1 and <= 8 }, $"seed {Seed}, round {round}: {agreed}");
            }
            catch (LinkException)
            {
            }
        }
    }

    [Fact]
    public void Damaged_answers_to_writes_and_questions_do_no_harm()
    {
        const int Seed = 13;
        var random = new Random(Seed);
        var ack = new CpuWrite(1, 0x84, 1, 0, 4, []).Ack(0xFF)[7..];
        var list = new CpuUserDataRequest(1, 4, 1, 0, []).Answer("001C 0000 0006 0002 0001 4C316E65 0005 41424344")[7..];
        var info = new CpuUserDataRequest(1, 3, 3, 0, []).Answer(string.Concat(Enumerable.Repeat("0041", 39)))[7..];
        var (taken, refused, told) = (0, 0, 0);
        for (var round = 0; round < Packets; round++)
        {
            var (write, question, block) = (Damage.Copies(random, ack), Damage.Copies(random, list), Damage.Copies(random, info));
            var limit = (2 * (question.Length + block.Length)) + (64 << 10);
            var used = AllocationMeter.ThreadBytes(limit, () => Decode(round, write, question, block));
            Assert.True(used <= limit, $"seed {Seed}, round {round}: {used} bytes");
        }

        Assert.True(taken > 1000 && refused > 1000 && told > 1000, $"seed {Seed}: {taken} taken, {refused} refused, {told} told");

        void Decode(int round, byte[] write, byte[] question, byte[] block)
        {
            try
            {
                if (S7Header.IsS7(write) && S7Header.IsAnswer(write)) _ = WriteVar.Check(write) is null ? taken++ : refused++;
                if (S7Header.IsS7(question) && S7Header.IsAnswer(question)
                    && UserData.Read(question, UserData.SystemStatus, SystemStatusList.Function, out _, out var bytes) is null)
                {
                    var records = SystemStatusList.Parse(bytes, SystemStatusList.ComponentIdentification);
                    told += PaddedText.Decode(records.Record(1)).Length + PaddedText.Decode(records.Record(5)).Length;
                    _ = DeviceInfoReader.ModeOf(bytes.ToArray());
                }

                if (S7Header.IsS7(block) && S7Header.IsAnswer(block)
                    && UserData.Read(block, UserData.Blocks, BlockList.Info, out _, out bytes) is null)
                {
                    told += $"{BlockInfo.Parse(bytes)}".Length + BlockList.Numbers(bytes).Count;
                }
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e} on {Convert.ToHexString(question)}, {Convert.ToHexString(block)}");
            }
        }
    }
}

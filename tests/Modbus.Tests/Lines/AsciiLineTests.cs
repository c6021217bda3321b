using System.Text;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus.Session;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Modbus.Tests.Lines;

/// <summary>Lines of Modbus ASCII.</summary>
public class AsciiLineTests
{
    // Reads 3 registers of unit 2 from offset 2 on; the LRC is -(02 + 03 + 00 + 02 + 00 + 03) = F6.
    private const string Request = ":020300020003F6\r\n";

    [Fact]
    public void A_request_is_written_as_the_specification_has_it()
    {
        var frame = new byte[8];
        ModbusReadRequest.Write(frame, 2, FunctionCode.ReadHoldingRegisters, 2, 3, new ModbusDialect(ModbusFrame.Rtu));
        var line = new byte[AsciiLine.MaxChars];
        Assert.Equal(Request, Encoding.ASCII.GetString(line, 0, AsciiLine.Encode(frame, line)));
        Assert.Equal(Request.Length, AsciiLine.CharsOf(frame.Length));
        var back = new byte[256];
        Assert.Equal(frame, back[..AsciiLine.Decode(Encoding.ASCII.GetBytes(Request.TrimEnd()), back)]);
        Assert.Equal(frame, back[..AsciiLine.Decode(Encoding.ASCII.GetBytes(Request.TrimEnd().ToLowerInvariant()), back)]);
    }

    [Fact]
    public void Any_wrong_character_is_refused()
    {
        var line = Encoding.ASCII.GetBytes(Request.TrimEnd());
        var frame = new byte[256];
        for (var at = 0; at < line.Length; at++)
        {
            for (var wrong = 0; wrong < 128; wrong++)
            {
                if (char.ToUpperInvariant((char)wrong) == char.ToUpperInvariant((char)line[at])) continue;
                byte[] damaged = [.. line];
                damaged[at] = (byte)wrong;
                Assert.Equal((at, wrong, 0), (at, wrong, AsciiLine.Decode(damaged, frame)));
            }

            Assert.Equal(0, AsciiLine.Decode(line.AsSpan(0, at), frame));
        }
    }

    [Fact]
    public void Slices_noise_and_new_beginnings_do_not_matter()
    {
        var receiver = new AsciiReceiver();
        var frames = new byte[1024];
        var text = Encoding.ASCII.GetBytes($"xx:0203\u0001{Request}rest{Request[..^2]}\n:0203000");
        var count = 0;
        foreach (var character in text) count += receiver.Receive([character], frames.AsSpan(count));
        Assert.Equal((16, true, 0), (count, receiver.HasPartial, receiver.WrongLines));
        Assert.True(RtuChecksum.IsRight(frames.AsSpan(0, 8)) && RtuChecksum.IsRight(frames.AsSpan(8, 8)));
        receiver.Drop();
        Assert.Equal(0, receiver.Receive("0000000000000000\r\n"u8, frames));
    }

    [Fact]
    public void Any_text_gives_frames_with_right_checksums_only() =>
        Gen.String[Gen.Char["0123456789ABCDEF:\r\n:02000\u00FF"], 0, 1500].ForAll(
            text =>
            {
                var receiver = new AsciiReceiver();
                var frame = new byte[1024];
                foreach (var character in Encoding.Latin1.GetBytes(text))
                {
                    if (receiver.Receive([character], frame) is var count and > 0)
                        Assert.True(RtuChecksum.IsRight(frame.AsSpan(0, count)));
                }
            },
            iter: 2000);
}

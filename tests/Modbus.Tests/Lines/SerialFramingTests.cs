using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Modbus.Tests.Lines;

/// <summary>The reply to a request is found among any other bytes, and nothing else is taken for it. Without a port.</summary>
public class SerialFramingTests
{
    private static readonly ModbusDialect s_dialect = new(ModbusFrame.Rtu);

    // Unit, function, start, count and whether the unit refuses.
    private static readonly Gen<(byte Unit, int Function, int Count, bool IsRefused)> s_requests =
        Gen.Select(Gen.Byte[1, 247], Gen.Int[1, 4], Gen.Int[1, 125], Gen.Bool);

    [Fact]
    public void A_reply_in_slices_is_found_whole() => Gen.Select(s_requests, Gen.Int[1, 300]).ForAll(
        (request, slice) =>
        {
            var (framing, frames, reply) = Ask(request);
            var found = new List<byte[]>();
            foreach (var part in reply.Chunk(slice)) Receive(framing, frames, part, found);
            Assert.Equal(reply, Assert.Single(found));
        },
        iter: 500);

    [Fact]
    public void A_reply_behind_noise_and_replies_of_others_is_found_whole() =>
        Gen.Select(s_requests, Gen.Byte.Array[0, 40], Gen.Int[1, 4], Gen.Bool).ForAll(
            (request, noise, otherFunction, hasEcho) =>
            {
                var (framing, frames, reply) = Ask(request);
                var found = new List<byte[]>();
                var other = RtuDevice.Frame((byte)(request.Unit == 1 ? 2 : 1), (byte)otherFunction, 2, 1, 2);
                byte[] all = [.. noise, .. other, .. hasEcho ? Request(request) : [], .. reply, .. noise];
                foreach (var b in all) Receive(framing, frames, [b], found);
                Assert.Equal(reply, found[0]);
                Assert.Equal(hasEcho, framing.HasEcho);
            },
            iter: 2000);

    /// <summary>20,000 damaged replies in slices: none is taken for the reply unless it is one.</summary>
    [Fact]
    public void A_damaged_reply_is_never_taken() => Gen.Select(s_requests, Gen.Int[0, 254], Gen.Byte[1, 255], Gen.Byte.Array[0, 8]).ForAll(
        (request, place, change, tail) =>
        {
            var (framing, frames, reply) = Ask(request);
            var found = new List<byte[]>();
            byte[] damaged = [.. reply, .. tail];
            damaged[place % reply.Length] ^= change;
            Receive(framing, frames, damaged, found);
            Assert.Empty(found);
        },
        iter: 20_000);

    [Fact]
    public void Any_bytes_are_bounded() => Gen.Select(s_requests, Gen.Byte.Array[0, 3000]).ForAll(
        (request, bytes) =>
        {
            var (framing, frames, _) = Ask(request);
            foreach (var part in bytes.Chunk(100)) Receive(framing, frames, part, []);
            Assert.InRange(frames.Unfinished.Length, 0, 512);
        },
        iter: 1000);

    [Fact]
    public void Bytes_that_came_before_the_request_are_no_reply_to_it()
    {
        var (framing, frames, reply) = Ask((7, 3, 2, false));
        framing.IsListening = false;
        var found = new List<byte[]>();
        Receive(framing, frames, reply, found);
        Assert.Empty(found);
    }

    [Fact]
    public void An_echo_that_has_the_form_of_the_reply_is_not_taken_for_it()
    {
        var (framing, frames, reply) = Ask((7, 1, 20, false));
        var found = new List<byte[]>();
        Receive(framing, frames, Request((7, 1, 20, false)), found);
        Assert.Empty(found);
        Receive(framing, frames, reply, found);
        Assert.Equal(reply, Assert.Single(found));
        Assert.True(framing.HasEcho);
    }

    private static (SerialFraming Framing, FrameBuffer Frames, byte[] Reply) Ask(
        (byte Unit, int Function, int Count, bool IsRefused) request)
    {
        var framing = new SerialFraming(s_dialect, () => { });
        var frame = Request(request);
        framing.Stamp(frame, 1);
        framing.IsListening = true;
        var parsed = DeviceRequest.Parse([0, 0, 0, 0, 0, 0, .. frame[..^2]]);
        var reply = request.IsRefused ? RtuDevice.Frame(request.Unit, (byte)(request.Function | 0x80), 2) : SerialPeer.Reply(parsed);
        return (framing, new FrameBuffer(framing.FrameLength, framing.MaxFrameBytes), reply);
    }

    private static byte[] Request((byte Unit, int Function, int Count, bool IsRefused) request)
    {
        var frame = new byte[8];
        ModbusReadRequest.Write(frame, request.Unit, (FunctionCode)request.Function, 1000, (ushort)request.Count, s_dialect);
        return frame;
    }

    private static void Receive(SerialFraming framing, FrameBuffer frames, ReadOnlySpan<byte> bytes, List<byte[]> found)
    {
        bytes.CopyTo(frames.Free().Span);
        frames.Commit(bytes.Length);
        while (frames.TryRead(out var frame))
        {
            if (framing.TryGetId(frame.Span, out _)) found.Add(frame.ToArray());
        }
    }
}

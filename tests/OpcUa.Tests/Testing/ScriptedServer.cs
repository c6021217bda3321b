using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.OpcUa.Tests.Testing;

/// <summary>A request as the scripted server sees it.</summary>
/// <param name="Type">Encoding id of the request.</param>
/// <param name="Id">Request id.</param>
/// <param name="Handle">Request handle.</param>
/// <param name="Body">What follows the request header.</param>
internal sealed record PeerRequest(uint Type, uint Id, uint Handle, PeerReader Body);

/// <summary>
/// An OPC UA server without security inside the test's process, for what good servers never do. It answers by itself what the script leaves
/// to it: a session, values, one kind of subscription whose notifications the test sends.
/// </summary>
internal sealed class ScriptedServer : LoopbackPeer
{
    private readonly ConcurrentDictionary<int, PeerConnection> _open = new();
    private readonly SemaphoreSlim _published = new(0);
    private int _sessions;

    /// <summary>Values by node, each an encoded Variant; others do not exist.</summary>
    public ConcurrentDictionary<string, byte[]> Values { get; } = new();

    /// <summary>Sees each request first; returns true if it has answered, or wants no answer.</summary>
    public Func<PeerConnection, PeerRequest, bool>? Script { get; set; }

    /// <summary>Changes the bytes of a chunk before it is sent.</summary>
    public Func<byte[], byte[]>? Damage { get; set; }

    /// <summary>Longest body of a chunk.</summary>
    public int ChunkBody { get; set; } = 8000;

    /// <summary>True to answer each Publish with all values of its subscription at once.</summary>
    public bool PublishesAlways { get; set; }

    /// <summary>True to say nothing at all.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Nodes of each Read so far.</summary>
    public ConcurrentQueue<int> Reads { get; } = new();

    /// <summary>Types of all requests so far.</summary>
    public ConcurrentQueue<uint> Requests { get; } = new();

    /// <summary>Acknowledged sequence numbers.</summary>
    public ConcurrentQueue<uint> Acknowledged { get; } = new();

    public ConcurrentDictionary<uint, List<(uint Handle, string Node)>> Subscriptions { get; } = new();

    /// <summary>Notifications that can be republished.</summary>
    public ConcurrentDictionary<uint, byte[]> Kept { get; } = new();

    public uint LastSubscription { get; private set; }

    public int KeepAliveCount { get; set; } = 10;

    public async Task ConnectionsBecomeAsync(int count)
    {
        while (_open.Count != count) await Task.Delay(5);
    }

    /// <summary>The connection that was opened last.</summary>
    public PeerConnection Latest => _open.OrderBy(c => c.Key).Last().Value;

    /// <summary>Waits until a Publish request is there and answers it with a notification.</summary>
    public async Task NotifyAsync(uint sequence, params (uint Handle, double Value)[] changes)
    {
        Assert.True(await _published.WaitAsync(TimeSpan.FromSeconds(30)), "no Publish request");
        Latest.Publish(LastSubscription, sequence, Notification(sequence, changes));
    }

    /// <summary>A NotificationMessage with values of now.</summary>
    public byte[] Notification(uint sequence, params (uint Handle, double Value)[] changes)
    {
        var message = new PeerWriter().U32(sequence).Time(DateTime.UtcNow);
        if (changes.Length == 0) return message.I32(0).Bytes;
        var body = new PeerWriter().I32(changes.Length);
        foreach (var (handle, value) in changes) body.U32(handle).U8(5).U8(11).F64(value).Time(DateTime.UtcNow);
        body.I32(0);
        return message.I32(1).Id(811).U8(1).Blob(body.Bytes).Bytes;
    }

    protected override async Task ServeAsync(Socket socket, int number)
    {
        var connection = new PeerConnection(this, socket);
        _open[number] = connection;
        try
        {
            await ReadFramesAsync(socket, 8, held => held[4] | (held[5] << 8) | (held[6] << 16), frame =>
            {
                if (!IsSilent) connection.Take(frame);
            });
        }
        finally
        {
            _open.TryRemove(number, out _);
        }
    }

    private void Answer(PeerConnection connection, PeerRequest request)
    {
        Requests.Enqueue(request.Type);
        if (Script?.Invoke(connection, request) == true) return;
        var body = request.Body;
        switch (request.Type)
        {
            case 428: connection.Send(request.Id, Endpoints(new PeerWriter().Response(431, request.Handle)).Bytes); break;
            case 461:
                var session = (uint)Interlocked.Increment(ref _sessions);
                var created = new PeerWriter().Response(464, request.Handle).Id(session, 1).Id(session + 1000,
                    1).F64(60_000).Blob(new byte[32]).Blob([]);
                connection.Send(request.Id, Endpoints(created).I32(0).Text(null).Blob(null).U32(0).Bytes);
                break;
            case 467: connection.Send(request.Id,
                new PeerWriter().Response(470, request.Handle).Blob(new byte[32]).I32(0).I32(0).Bytes); break;
            case 473: connection.Send(request.Id, new PeerWriter().Response(476, request.Handle).Bytes); break;
            case 631: Read(connection, request); break;
            case 787:
                body.F64();
                body.U32();
                body.U32();
                LastSubscription++;
                Subscriptions[LastSubscription] = [];
                connection.Send(request.Id,
                    new PeerWriter().Response(790, request.Handle).U32(LastSubscription).F64(50).U32(1000).U32((uint)KeepAliveCount).Bytes);
                break;
            case 751: CreateItems(connection, request); break;
            case 826: Publish(connection, request); break;
            case 832:
                body.U32();
                var number = body.U32();
                if (Kept.TryGetValue(number, out var kept))
                    connection.Send(request.Id, new PeerWriter().Response(835, request.Handle).Raw(kept).Bytes);
                else connection.Fault(request, 0x807B_0000);
                break;
            case 841:
                // Each subscription is handed over with what can be republished.
                var transferred = body.I32();
                var results = new PeerWriter().Response(844, request.Handle).I32(transferred);
                for (; transferred > 0; transferred--)
                {
                    results.U32(Subscriptions.ContainsKey(body.U32()) ? 0 : 0x8028_0000).I32(Kept.Count);
                    foreach (var available in Kept.Keys) results.U32(available);
                }

                connection.Send(request.Id, results.I32(0).Bytes);
                break;
            case 847:
                for (var count = body.I32(); count > 0; count--) Subscriptions.TryRemove(body.U32(), out _);
                connection.Send(request.Id, new PeerWriter().Response(850, request.Handle).I32(1).U32(0).I32(0).Bytes); break;
            default: connection.Fault(request, 0x800B_0000); break;
        }
    }

    private PeerWriter Endpoints(PeerWriter writer) => writer.I32(1)
        .Text("opc.tcp://somewhere.else:4840").Text("urn:scripted").Text(null).U8(0).I32(0).Text(null).Text(null).I32(0)
        .Blob(null).I32(1).Text("http://opcfoundation.org/UA/SecurityPolicy#None")
        .I32(1).Text("anonymous").I32(0).Text(null).Text(null).Text(null)
        .Text("http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary").U8(0);

    private void Read(PeerConnection connection, PeerRequest request)
    {
        request.Body.F64();
        request.Body.I32();
        var count = request.Body.I32();
        Reads.Enqueue(count);
        var response = new PeerWriter().Response(634, request.Handle).I32(count);
        for (var i = 0; i < count; i++)
        {
            var (node, attribute, _) = request.Body.ReadValueId();
            if (node == "i=2255") response.U8(1).U8(0x8C).I32(2).Text("http://opcfoundation.org/UA/").Text("urn:scripted");
            else if (attribute == 13 && Values.TryGetValue(node, out var value)) response.U8(5).Raw(value).Time(DateTime.UtcNow);
            else response.U8(2).U32(attribute == 13 ? 0x8034_0000 : 0x8035_0000);
        }

        connection.Send(request.Id, response.I32(0).Bytes);
    }

    private void CreateItems(PeerConnection connection, PeerRequest request)
    {
        var items = Subscriptions[request.Body.U32()];
        request.Body.I32();
        var count = request.Body.I32();
        var response = new PeerWriter().Response(754, request.Handle).I32(count);
        for (var i = 0; i < count; i++)
        {
            var (node, _, _) = request.Body.ReadValueId();
            request.Body.I32();
            var handle = request.Body.U32();
            request.Body.F64();
            request.Body.Extension();
            request.Body.U32();
            request.Body.U8();
            var isKnown = Values.ContainsKey(node);
            if (isKnown) items.Add((handle, node));
            response.U32(isKnown ? 0 : 0x8034_0000).U32((uint)i + 1).F64(50).U32(1).U8(0).U8(0).U8(0);
        }

        connection.Send(request.Id, response.I32(0).Bytes);
        // Requests that came before there was anything to send.
        for (var waiting = connection.Waiting.Count; PublishesAlways && waiting > 0; waiting--) PublishNext(connection);
    }

    private void Publish(PeerConnection connection, PeerRequest request)
    {
        for (var count = request.Body.I32(); count > 0; count--)
        {
            request.Body.U32();
            Acknowledged.Enqueue(request.Body.U32());
        }

        connection.Waiting.Enqueue(request);
        _published.Release();
        if (PublishesAlways) PublishNext(connection);
    }

    private void PublishNext(PeerConnection connection)
    {
        var turn = connection.NextTurn();
        var subscriptions = Subscriptions.Where(s => s.Value.Count > 0).ToList();
        if (subscriptions.Count == 0) return;
        var (id, items) = subscriptions[turn % subscriptions.Count];
        var sequence = connection.NextSequence(id);
        var body = new PeerWriter().I32(items.Count);
        foreach (var (handle, node) in items) body.U32(handle).U8(5).Raw(Values[node]).Time(DateTime.UtcNow);
        connection.Publish(id, sequence,
            new PeerWriter().U32(sequence).Time(DateTime.UtcNow).I32(1).Id(811).U8(1).Blob(body.I32(0).Bytes).Bytes);
    }

    /// <summary>One connection of the driver.</summary>
    internal sealed class PeerConnection(ScriptedServer server, Socket socket)
    {
        private readonly Dictionary<uint, uint> _sequences = [];
        private readonly List<byte> _message = [];
        private uint _sequence;
        private int _turn;

        /// <summary>Publish requests that wait.</summary>
        public ConcurrentQueue<PeerRequest> Waiting { get; } = new();

        /// <summary>Added to the next chunk's sequence number.</summary>
        public uint SequenceGap { get; set; }

        public int NextTurn() => _turn++;

        public uint NextSequence(uint subscription) => _sequences[subscription] = _sequences.GetValueOrDefault(subscription) + 1;

        public void Close() => socket.Dispose();

        public void SendRaw(byte[] bytes) => socket.Send(bytes);

        public void Fault(PeerRequest request, uint status)
            => Send(request.Id, new PeerWriter().Response(397, request.Handle, status).Bytes);

        public void Publish(uint subscription, uint available, byte[] notification)
        {
            if (!Waiting.TryDequeue(out var request)) throw new InvalidOperationException("no Publish request waits");
            Send(request.Id, new PeerWriter().Response(829,
                request.Handle).U32(subscription).I32(1).U32(available).U8(0).Raw(notification).I32(0).I32(0).Bytes);
        }

        /// <summary>Sends a message in chunks.</summary>
        public void Send(uint requestId, byte[] body)
        {
            for (var at = 0; ; at += server.ChunkBody)
            {
                var isLast = at + server.ChunkBody >= body.Length;
                SendChunk(requestId, body.AsSpan(at, Math.Min(server.ChunkBody, body.Length - at)).ToArray(), isLast ? 'F' : 'C');
                if (isLast) return;
            }
        }

        public void SendChunk(uint requestId, byte[] part, char type)
        {
            _sequence += 1 + SequenceGap;
            SequenceGap = 0;
            var chunk = new PeerWriter().Raw([(byte)'M', (byte)'S', (byte)'G', (byte)type]).I32(24 + part.Length).U32(7).U32(1).U32(
                _sequence).U32(requestId).Raw(part).Bytes;
            socket.Send(server.Damage?.Invoke(chunk) ?? chunk);
        }

        public void Take(byte[] frame)
        {
            switch ((char)frame[0])
            {
                case 'H': socket.Send(
                    new PeerWriter().Raw("ACKF"u8.ToArray()).I32(28).U32(0).U32(65535).U32(65535).U32(0).U32(0).Bytes); break;
                case 'O': Open(frame); break;
                case 'M': TakeMessage(frame); break;
                default: Close(); break;
            }
        }

        private void Open(byte[] frame)
        {
            var reader = new PeerReader(frame[12..]);
            var policy = reader.Text();
            reader.Text();
            reader.Text();
            reader.U32();
            var id = reader.U32();
            reader.Node();
            var handle = reader.Header();
            var body = new PeerWriter().Response(449, handle).U32(0).U32(7).U32(1).Time(DateTime.UtcNow).U32(600_000).Blob(null).Bytes;
            var head = new PeerWriter().U32(7).Text(policy).I32(-1).I32(-1).U32(++_sequence).U32(id).Raw(body).Bytes;
            socket.Send(new PeerWriter().Raw("OPNF"u8.ToArray()).I32(8 + head.Length).Raw(head).Bytes);
        }

        private void TakeMessage(byte[] frame)
        {
            _message.AddRange(frame[24..]);
            if (frame[3] == 'C') return;
            var reader = new PeerReader([.. _message]);
            _message.Clear();
            var type = uint.Parse(reader.Node().AsSpan(2), System.Globalization.CultureInfo.InvariantCulture);
            var request = new PeerRequest(type, BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(20)), reader.Header(), reader);
            server.Answer(this, request);
        }
    }
}

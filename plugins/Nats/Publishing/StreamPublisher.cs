using System.Globalization;
using System.Text;
using NATS.Client.Core;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats.Publishing;

/// <summary>
/// Sends the messages of a list over one session: into a stream, with a window of unacknowledged messages, or without one. After a failed
/// acknowledgement it sends nothing more, so that what follows is not stored before it. One <see cref="NatsSink"/> owns it and calls it
/// within WriteAsync. Acknowledgements arrive on the reply subject <c>inbox.number</c>, where the number identifies the message.
/// </summary>
internal sealed class StreamPublisher
{
    private const string IdHeader = "Nats-Msg-Id";
    private const string StreamHeader = "Nats-Expected-Stream";
    private const string TokenHeader = "Plant-Lease";
    private const string LateHeader = "Plant-Late";
    private const string IsTrue = "1";

    // "NATS/1.0", the blank line, and a colon, blank and line end for each header.
    private const int HeaderStart = 12;
    private const int HeaderExtra = 4;

    // Errors of JetStream with the class 400 that concern the stream and not the message.
    private const int StreamMismatch = 10060;

    private static readonly NatsRawSerializer<ReadOnlyMemory<byte>> s_raw = NatsRawSerializer<ReadOnlyMemory<byte>>.Default;

    private readonly NatsSession _session;
    private readonly NatsSinkOptions _options;
    private readonly TimeProvider _time;
    private readonly INatsSub<PublishAck>? _acks;
    private readonly string _inbox;
    private long _firstNumber;
    private int _inFlight;
    private string? _failure;

    private StreamPublisher(NatsSession session, NatsSinkOptions options, TimeProvider time, string inbox, INatsSub<PublishAck>? acks)
    {
        (_session, _options, _time) = (session, options, time);
        (_inbox, _acks) = (inbox, acks);
    }

    /// <summary>Subscribes to acknowledgements.</summary>
    /// <exception cref="NatsException">The server refuses.</exception>
    public static async ValueTask<StreamPublisher> CreateAsync(
        NatsSession session, NatsSinkOptions options, TimeProvider time, CancellationToken cancel)
    {
        // Not NewInbox: the library treats subjects below the connection's own inbox as single ones, without wildcards.
        var inbox = $"{session.Connection.Opts.InboxPrefix}.{Nuid.NewNuid()}";
        if (options.Stream is null) return new StreamPublisher(session, options, time, inbox, null);
        var opts = new NatsSubOpts { ChannelOpts = new NatsSubChannelOpts { Capacity = 2 * options.MaxInFlight } };
        var acks = await session.Connection.SubscribeCoreAsync(
            $"{inbox}.*", serializer: new PublishAckReader(), opts: opts, cancellationToken: cancel).ConfigureAwait(false);
        return new StreamPublisher(session, options, time, inbox, acks);
    }

    /// <summary>Sends what is waiting, and returns when all of it is acknowledged or refused for good.</summary>
    /// <exception cref="LinkException">The connection is lost or the stream does not answer.</exception>
    /// <exception cref="IOException">The stream cannot store a message now.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask DeliverAsync(MessageList list, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, _session.Interrupt, limit.Token);
        _inFlight = 0;
        _failure = null;
        try
        {
            if (_acks is null) await SendAllAsync(list, any.Token).ConfigureAwait(false);
            else await SendAndWaitAsync(list, _acks, limit, any.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException or LinkException)
        {
            cancel.ThrowIfCancellationRequested();
            _session.ThrowIfLost();
            RefuseSubjects(list);
            if (list.Refused.Count > 0 && e is OperationCanceledException && !limit.IsCancellationRequested) return;
            if (e is OperationCanceledException)
                throw new LinkException($"no acknowledgement within {_options.Timeout.TotalSeconds:0.###} s", e);
            throw new LinkException(NatsErrors.Describe(e), e);
        }
        finally
        {
            _firstNumber += list.Messages.Length;
        }

        RefuseSubjects(list);
        if (_failure is not null) throw new IOException(_failure);
    }

    private async ValueTask SendAllAsync(MessageList list, CancellationToken cancel)
    {
        for (var i = 0; i < list.Messages.Length; i++)
        {
            if (TryBegin(list, i)) await SendAsync(list, i, cancel).ConfigureAwait(false);
        }

        // The answer shows that the server has read all messages before.
        await _session.Connection.PingAsync(cancel).ConfigureAwait(false);
        foreach (ref var message in list.Messages) message.Step = DeliveryStep.Done;
    }

    private async ValueTask SendAndWaitAsync(
        MessageList list, INatsSub<PublishAck> acks, CancellationTokenSource limit, CancellationToken cancel)
    {
        var next = 0;
        while (true)
        {
            for (; next < list.Messages.Length && _inFlight < _options.MaxInFlight && _failure is null; next++)
            {
                if (!TryBegin(list, next)) continue;
                _inFlight++;
                await SendAsync(list, next, cancel).ConfigureAwait(false);
            }

            if (_inFlight == 0) return;
            if (!await acks.Msgs.WaitToReadAsync(cancel).ConfigureAwait(false)) throw new LinkException(_session.LostReason);
            while (acks.Msgs.TryRead(out var ack)) Accept(list, ack);
            limit.CancelAfter(_options.Timeout);
        }
    }

    /// <summary>Returns false for a message that is done or longer than the server accepts.</summary>
    private bool TryBegin(MessageList list, int index)
    {
        ref var message = ref list.Messages[index];
        if (message.Step != DeliveryStep.Waiting || list.Refused.ContainsKey(message.Record)) return false;
        var size = message.Length + HeaderSizeOf(message);
        var maximum = _session.Server.MaxPayload;
        if (size > maximum)
        {
            message.Step = DeliveryStep.Done;
            list.Refuse(
                message.Record, $"a message of {size} bytes is longer than the {maximum} bytes that the server accepts (max_payload)");
            return false;
        }

        message.Step = DeliveryStep.InFlight;
        return true;
    }

    private int HeaderSizeOf(in OutgoingMessage message)
    {
        var size = message.Id is null ? 0 : IdHeader.Length + message.Id.Length + HeaderExtra;
        if (_options.Stream is { } stream) size += StreamHeader.Length + Encoding.UTF8.GetByteCount(stream.Name) + HeaderExtra;
        if (message.Token is { } token) size += TokenHeader.Length + token.Length + HeaderExtra;
        if (message.IsLate) size += LateHeader.Length + IsTrue.Length + HeaderExtra;
        return size == 0 ? 0 : size + HeaderStart;
    }

    private ValueTask SendAsync(MessageList list, int index, CancellationToken cancel)
    {
        var message = list.Messages[index];
        var headers = new NatsHeaders(4);
        if (message.Id is not null) headers.Add(IdHeader, message.Id);
        if (_options.Stream is { } stream) headers.Add(StreamHeader, stream.Name);
        if (message.Token is { } token) headers.Add(TokenHeader, token);
        if (message.IsLate) headers.Add(LateHeader, IsTrue);
        var reply = _acks is null ? null : string.Create(CultureInfo.InvariantCulture, $"{_inbox}.{_firstNumber + index}");
        return _session.Connection.PublishAsync(
            message.Subject, list.PayloadOf(message), headers.Count > 0 ? headers : null, reply, s_raw, cancellationToken: cancel);
    }

    private void Accept(MessageList list, in NatsMsg<PublishAck> ack)
    {
        var number = long.Parse(ack.Subject.AsSpan(_inbox.Length + 1), CultureInfo.InvariantCulture) - _firstNumber;

        // A late acknowledgement of an earlier call: the message was sent again.
        if (number < 0 || number >= list.Messages.Length) return;
        ref var message = ref list.Messages[(int)number];
        if (message.Step != DeliveryStep.InFlight) return;
        _inFlight--;
        var answer = ack.HasNoResponders
            ? new PublishAck(false, 503, 0, $"no stream takes the subject {message.Subject}: is stream {_options.Stream!.Name} deleted?")
            : ack.Data;
        if (answer.IsStored)
        {
            message.Step = DeliveryStep.Done;
        }
        else if (answer.Code == 400 && answer.ErrorCode != StreamMismatch)
        {
            message.Step = DeliveryStep.Done;
            list.Refuse(message.Record, $"the stream refuses the message: {answer.Description} ({answer.ErrorCode})");
        }
        else
        {
            message.Step = DeliveryStep.Waiting;
            if (ack.HasNoResponders || answer.ErrorCode == StreamMismatch) throw new LinkException(answer.Description!);
            _failure ??= $"the stream cannot store the message now: {answer.Description} ({answer.ErrorCode})";
        }
    }

    private void RefuseSubjects(MessageList list)
    {
        foreach (var subject in _session.TakeRefusedSubjects())
        {
            foreach (ref var message in list.Messages)
            {
                if (message.Subject != subject || message.Step == DeliveryStep.Done && _acks is not null) continue;
                message.Step = DeliveryStep.Done;
                list.Refuse(message.Record, $"the server does not allow this user to publish to {subject}");
            }
        }
    }
}

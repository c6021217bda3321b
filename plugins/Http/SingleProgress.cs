using System.Security.Cryptography;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// How far a batch came whose records go one by one: a retry begins where the last attempt stopped, and so a batch can take longer than
/// one call may. When some records are refused, the host sends the rest again under a new number: that rest, stored already, is known by
/// its digest.
/// </summary>
internal sealed class SingleProgress : IDisposable
{
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<int> _rejected = [];
    private (Guid Queue, long Number) _batch;
    private string? _reason;
    private byte[]? _restDigest;
    private int _restCount;

    /// <summary>The place of the next record to send.</summary>
    public int Next { get; private set; }

    /// <summary>Goes on with this batch, or begins it when it is another than the last.</summary>
    public void Begin(RecordBatch batch)
    {
        if (batch.Queue != Guid.Empty && _batch == (batch.Queue, batch.Number) && Next <= batch.Count) return;
        Reset();
        _batch = (batch.Queue, batch.Number);
    }

    /// <summary>The next record is stored.</summary>
    public void Stored(ReadOnlySpan<byte> body)
    {
        Append(body);
        Next++;
    }

    /// <summary>The next record is refused for good.</summary>
    public void Rejected(string reason)
    {
        _reason ??= $"record {Next}: {reason}";
        _rejected.Add(Next++);
    }

    /// <summary>Every record was sent.</summary>
    /// <exception cref="RejectedException">Some were refused; it names them.</exception>
    public void End()
    {
        if (_reason is null)
        {
            Reset();
            return;
        }

        var refusal = new RejectedException(_rejected.Count == 1 ? _reason : $"{_reason} (and {_rejected.Count - 1} more)", [.. _rejected]);
        (_restCount, _restDigest) = (Next - _rejected.Count, _digest.GetHashAndReset());
        Reset();
        throw refusal;
    }

    /// <summary>True when this batch is the rest of the last one, whose other records were refused. Asked once.</summary>
    public bool IsRestOfLast(RecordBatch batch, RecordBody body)
    {
        var (count, digest) = (_restCount, _restDigest);
        (_restCount, _restDigest) = (0, null);
        if (digest is null || count != batch.Count) return false;
        for (var i = 0; i < batch.Count; i++)
        {
            body.Write(batch[i]);
            Append(body.Bytes);
        }

        return _digest.GetHashAndReset().AsSpan().SequenceEqual(digest);
    }

    public void Dispose() => _digest.Dispose();

    private void Append(ReadOnlySpan<byte> body)
    {
        _digest.AppendData(body);
        _digest.AppendData("\n"u8);
    }

    private void Reset()
    {
        (Next, _batch, _reason) = (0, default, null);
        _rejected.Clear();
        _digest.GetHashAndReset();
    }
}

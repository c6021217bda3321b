using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>
/// Encodes one batch at a time as rows of both tables. Its memory is used again, so that a steady flow allocates nothing for a sample.
/// Owned by one <see cref="Session.PostgresSession"/>; called within its <c>WriteAsync</c>, one call at a time; performs no I/O.
/// </summary>
internal sealed class BatchRows
{
    private readonly CopyBuffer _sampleBuffer = new();
    private readonly CopyBuffer _payloadBuffer = new();
    private readonly SampleRows _sampleRows;
    private readonly IPayloadRows _payloadRows;

    public BatchRows(Table samples, Table payloads, IReadOnlyList<FieldColumn>? fields, string site, NulCharacterPolicy nul)
    {
        var texts = new TextEncoder(_payloadBuffer, nul);
        _sampleRows = new SampleRows(_sampleBuffer, new TextEncoder(_sampleBuffer, nul), site);
        _payloadRows = fields is null
            ? new PayloadRows(_payloadBuffer, texts, site, payloads.Columns[^1].Type)
            : new FieldRows(_payloadBuffer, texts, fields, payloads);
        Samples = new TableRows(samples, _sampleBuffer);
        Payloads = new TableRows(payloads, _payloadBuffer);
    }

    public TableRows Samples { get; }

    public TableRows Payloads { get; }

    /// <summary>Encodes the records from <paramref name="first"/> on.</summary>
    /// <exception cref="RejectedException">Some records can never be stored; the exception has the indexes of all of them.</exception>
    public void Encode(RecordBatch batch, int first)
    {
        Samples.Begin();
        Payloads.Begin();
        List<int>? bad = null;
        string? why = null;
        for (var i = first; i < batch.Count; i++)
        {
            try
            {
                Add(batch[i], i);
            }
            catch (UnstorableException error)
            {
                (bad ??= []).Add(i);
                why ??= error.Message;
            }
        }

        if (bad is not null) throw new RejectedException(why!, bad);
        _sampleBuffer.End();
        _payloadBuffer.End();
    }

    private void Add(in Record record, int index)
    {
        if (record.IsPayload)
        {
            _payloadRows.Write(record);
            Payloads.Count(index, 1);
        }
        else
        {
            _sampleRows.Write(record);
            Samples.Count(index, record.Samples.Length);
        }
    }
}

using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>A batch as rows of both tables.</summary>
internal sealed class BatchRows
{
    private readonly CopyBuffer _sampleBuffer = new();
    private readonly CopyBuffer _payloadBuffer = new();
    private readonly SampleRows _sampleRows;
    private readonly IPayloadRows _payloadRows;

    public BatchRows(Table samples, Table payloads, IReadOnlyList<FieldColumn>? fields, string site, NulText nul)
    {
        var texts = new TextFields(_payloadBuffer, nul);
        _sampleRows = new SampleRows(_sampleBuffer, new TextFields(_sampleBuffer, nul), site);
        _payloadRows = fields is null
            ? new PayloadRows(_payloadBuffer, texts, site, payloads.Columns[^1].Type)
            : new FieldRows(_payloadBuffer, texts, fields, payloads);
        Samples = new CopyPart(samples, _sampleBuffer);
        Payloads = new CopyPart(payloads, _payloadBuffer);
    }

    public CopyPart Samples { get; }

    public CopyPart Payloads { get; }

    /// <summary>Takes the records from <paramref name="first"/> on.</summary>
    /// <exception cref="RejectedException">Some can never be stored; it names all of them.</exception>
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

using System.Runtime.InteropServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Tells whether a batch is the one that was tried before: identities rise, so its ends and its length say it.</summary>
/// <param name="First">Its first record.</param>
/// <param name="Last">Its last record.</param>
/// <param name="Count">Its records.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BatchMark(RecordId First, RecordId Last, int Count)
{
    /// <summary>Null for a batch without an identity: it is new whenever it comes.</summary>
    public static BatchMark? Of(RecordBatch batch) =>
        batch.Queue == Guid.Empty ? null : new(batch[0].Id, batch[batch.Count - 1].Id, batch.Count);
}

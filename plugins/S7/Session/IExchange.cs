using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Session;

/// <summary>Requests that belong together, and what becomes of their answers: a scan, a block, a write, a question.</summary>
internal interface IExchange
{
    /// <summary>Makes the next requests ready, after all before them were answered.</summary>
    /// <param name="setup">What the CPU granted.</param>
    /// <returns>How many there are; 0 when all is done.</returns>
    /// <exception cref="Contracts.RefusedException">The answers so far end the exchange.</exception>
    int Prepare(in SetupCommunication setup);

    /// <summary>The packets of some of these requests, one behind the other.</summary>
    Memory<byte> Packets(int first, int count);

    /// <summary>Takes the answer to one of these requests. False when those that are not sent yet are not to be sent any more.</summary>
    bool Take(int request, ReadOnlySpan<byte> pdu);

    /// <summary>The time is over. True when what was answered is of use all the same.</summary>
    bool TryEndEarly();
}

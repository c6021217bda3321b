namespace PlantRuntime.Contracts;

/// <summary>A driver that can copy raw bytes: data blocks, register areas.</summary>
public interface IBlockAccess : IDriver
{
    /// <summary>Prepares a block, without I/O.</summary>
    /// <param name="address">Where it is, in the driver's own language: "DB500".</param>
    /// <param name="bytes">Its length.</param>
    /// <exception cref="FormatException">The address or length is wrong.</exception>
    IBlock PrepareBlock(string address, int bytes);
}

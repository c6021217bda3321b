namespace PlantRuntime.Recipes;

/// <summary>What the host knows of blocks before anything runs.</summary>
internal interface IBlockCheck
{
    /// <summary>Why a block of a device cannot be read, or written; null when it can, or when that cannot be told yet.</summary>
    string? Check(string device, string address, int bytes, bool isWritten);
}

using System.Text;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>Mutated inputs, the same for the same seed.</summary>
internal sealed class Mutations(int seed, string[] corpus, string[] pieces)
{
    private readonly Random _random = new(seed);
    private readonly byte[][] _corpus = [.. corpus.Select(Encoding.UTF8.GetBytes)];
    private readonly byte[][] _pieces = [.. pieces.Select(Encoding.UTF8.GetBytes)];

    /// <summary>
    /// A corpus document with one to eight changes: bytes flipped, ranges cut, doubled or moved, pieces of syntax put in.
    /// </summary>
    public byte[] Next()
    {
        var bytes = Pick(_corpus).ToList();
        for (var changes = _random.Next(1, 9); changes > 0; changes--)
        {
            var at = _random.Next(bytes.Count + 1);
            var length = Math.Min(bytes.Count - at, _random.Next(1, 40));
            switch (_random.Next(6))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
                case 1 when at < bytes.Count: bytes[at] = (byte)_random.Next(256); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length)); break;
                case 4 when bytes.Count > 0: bytes.RemoveRange(at, _random.Next(10) == 0 ? bytes.Count - at : 0); break;
                default: bytes.InsertRange(at, Pick(_pieces)); break;
            }
        }

        return [.. bytes];
    }

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}

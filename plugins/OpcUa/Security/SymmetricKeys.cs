using System.Security.Cryptography;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>
/// The keys for one direction of one security token (OPC 10000-6, 6.7.5). Signs and encrypts in place and allocates nothing. One user at a
/// time: the sender under the send lock, the receiver on the receive loop.
/// </summary>
internal sealed class SymmetricKeys : IDisposable
{
    private readonly IncrementalHash _hmac;
    private readonly Aes _aes;
    private readonly ICryptoTransform _cipher;
    private readonly byte[] _iv;
    private readonly byte[] _chain;
    private readonly bool _isEncrypting;

    /// <param name="policy">The policy.</param>
    /// <param name="secret">Nonce of the receiver of the messages.</param>
    /// <param name="seed">Nonce of their sender.</param>
    /// <param name="encrypts">True for the sending direction.</param>
    public SymmetricKeys(SecurityPolicy policy, byte[] secret, byte[] seed, bool encrypts)
    {
        var (sign, encrypt) = (policy.SignatureKeyBytes, policy.EncryptionKeyBytes);
        var bytes = DeriveSha256(secret, seed, sign + encrypt + policy.BlockBytes);
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, bytes.AsSpan(0, sign));
        _aes = Aes.Create();
        (_aes.Mode, _aes.Padding, _aes.Key, _aes.IV) =
            (CipherMode.CBC, PaddingMode.None, bytes[sign..(sign + encrypt)], bytes[(sign + encrypt)..]);
        (_iv, _chain, _isEncrypting) = (_aes.IV, _aes.IV, encrypts);
        _cipher = encrypts ? _aes.CreateEncryptor() : _aes.CreateDecryptor();
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Computes the HMAC of some bytes.</summary>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        _hmac.AppendData(data);
        _hmac.GetHashAndReset(signature);
    }

    /// <summary>Compares in constant time.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[32];
        Sign(data, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    /// <summary>
    /// Encrypts or decrypts whole blocks in place. Each chunk begins with the same initialization vector, but .NET's transform goes on with
    /// the last block of the chunk before; exchanging the two on the first block avoids a new transform for every chunk.
    /// </summary>
    public void Transform(byte[] bytes, int offset, int count)
    {
        if (count == 0) return;
        Span<byte> first = bytes.AsSpan(offset, _iv.Length);
        Span<byte> last = bytes.AsSpan(offset + count - _iv.Length, _iv.Length);
        if (_isEncrypting)
        {
            Exchange(first);
            _cipher.TransformBlock(bytes, offset, count, bytes, offset);
            last.CopyTo(_chain);
            return;
        }

        Span<byte> next = stackalloc byte[_iv.Length];
        last.CopyTo(next);
        _cipher.TransformBlock(bytes, offset, count, bytes, offset);
        Exchange(first);
        next.CopyTo(_chain);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _aes.Dispose();
        _hmac.Dispose();
    }

    /// <summary>P_SHA256 of RFC 5246, 5, without a label.</summary>
    internal static byte[] DeriveSha256(byte[] secret, byte[] seed, int length)
    {
        var result = new byte[length];
        var a = seed;
        for (var at = 0; at < length; at += 32)
        {
            a = HMACSHA256.HashData(secret, a);
            var block = HMACSHA256.HashData(secret, (byte[])[.. a, .. seed]);
            block.AsSpan(0, Math.Min(32, length - at)).CopyTo(result.AsSpan(at));
        }

        return result;
    }

    private void Exchange(Span<byte> first)
    {
        for (var i = 0; i < first.Length; i++) first[i] ^= (byte)(_chain[i] ^ _iv[i]);
    }
}

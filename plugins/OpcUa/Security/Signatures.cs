using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>Verifies the signature of one certificate with the key of another (RFC 5280, 4.1.1.3), without the system's stores.</summary>
internal static class Signatures
{
    public static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        try
        {
            var reader = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
            var signedPart = reader.ReadEncodedValue();
            var (hash, isPss) = HashOf(reader.ReadSequence());
            var signature = reader.ReadBitString(out _);
            using var key = issuer.GetRSAPublicKey();
            return key is not null && hash.Name is not null
                && key.VerifyData(signedPart.Span, signature, hash, isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    private static (HashAlgorithmName Hash, bool IsPss) HashOf(AsnReader algorithm) => algorithm.ReadObjectIdentifier() switch
    {
        "1.2.840.113549.1.1.5" => (HashAlgorithmName.SHA1, false),
        "1.2.840.113549.1.1.11" => (HashAlgorithmName.SHA256, false),
        "1.2.840.113549.1.1.12" => (HashAlgorithmName.SHA384, false),
        "1.2.840.113549.1.1.13" => (HashAlgorithmName.SHA512, false),
        "1.2.840.113549.1.1.10" => (PssHash(algorithm), true),
        _ => default,
    };

    // RFC 4055, 3.1: [0] hash algorithm, SHA-1 if it is left out.
    private static HashAlgorithmName PssHash(AsnReader algorithm)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        var parameters = algorithm.ReadSequence();
        if (!parameters.HasData || !parameters.PeekTag().HasSameClassAndValue(tag)) return HashAlgorithmName.SHA1;
        return parameters.ReadSequence(tag).ReadSequence().ReadObjectIdentifier() switch
        {
            "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
            "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
            "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
            _ => default,
        };
    }
}

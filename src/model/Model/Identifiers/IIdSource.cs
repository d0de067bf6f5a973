namespace Kestra.Model.Identifiers;

/// <summary>Where new ids come from; injected, so that a test can name them.</summary>
public interface IIdSource
{
    /// <summary>A new id: a random UUID as an unsigned 128-bit number in base 62, normally 21 or 22 characters, case-sensitive.</summary>
    string Next();
}

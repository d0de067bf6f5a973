namespace Kestra.Model.Json;

/// <summary>The three ways in which Kestra writes its objects as JSON.</summary>
public enum JsonProfile
{
    /// <summary>Between components and in expressions: full precision, durations as seconds.</summary>
    Internal,

    /// <summary>Columns of the database: instants with six fraction digits, durations as seconds.</summary>
    Database,

    /// <summary>The REST API: ISO durations, no tenant.</summary>
    Api,
}

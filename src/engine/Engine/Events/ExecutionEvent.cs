namespace Kestra.Engine;

/// <summary>A fact about one execution, small and complete in itself: applying it needs no clock, no randomness and no flow.</summary>
public abstract record ExecutionEvent;

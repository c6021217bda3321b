Test("never run", plant => { });
throw new InvalidOperationException("the top level throws");
